"""SWR: organizations (namespaces) and repositories; what is in them is what the registry has."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any, Protocol

from lab.cloud.backends.image_registry import Manifest
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.progress import as_time
from lab.cloud.refusals import RefusalError, by_swr

_NAMESPACE = re.compile(r"[a-z](?:(?:[._-]|__)?[a-z0-9])*")
_REPOSITORY = re.compile(r"[a-z0-9](?:(?:[._/-]|__)?[a-z0-9])*")
_CATEGORIES = ("app_server", "linux", "framework_app", "database", "lang", "other", "windows", "arm")
_MOST_NAMESPACES = 5
_LARGEST_PAGE = 1000
_DAY = 86400


class Registry(Protocol):
    """The registry that SWR is the front of."""

    host: str

    def repositories(self) -> list[str]:
        """Return the repositories that have content."""

    def tags(self, repository: str) -> list[str]:
        """Return the tags of a repository."""

    def manifest(self, repository: str, tag: str) -> Manifest:
        """Return what a tag stands for."""


class Swr:
    """SWR's interface; `login` is the one that its temporary login gives."""

    def __init__(self, region: Region, registry: Registry, login: tuple[str, str]) -> None:
        self._region = region
        self._registry = registry
        self._login = login

    def operations(self) -> list[Operation]:
        """Return the operations."""
        spaces, space = "/v2/manage/namespaces", "/v2/manage/namespaces/{namespace}"
        repository = f"{space}/repos/{{repository}}"
        return [
            Operation("swr.create_namespace", "POST", spaces, self.create_namespace),
            Operation("swr.list_namespaces", "GET", spaces, self.list_namespaces),
            Operation("swr.show_namespace", "GET", space, self.show_namespace),
            Operation("swr.delete_namespaces", "DELETE", space, self.delete_namespace),
            Operation("swr.create_repo", "POST", f"{space}/repos", self.create_repository),
            Operation("swr.show_repository", "GET", repository, self.show_repository),
            Operation("swr.delete_repo", "DELETE", repository, self.delete_repository),
            Operation("swr.list_repos_details", "GET", "/v2/manage/repos", self.list_repositories),
            Operation("swr.list_repository_tags", "GET", f"{repository}/tags", self.list_tags),
            Operation("swr.create_secret", "POST", "/v2/manage/utils/secret", self.create_secret),
            Operation(
                "swr.create_authorization_token",
                "POST",
                "/v2/manage/utils/authorizationtoken",
                self.create_authorization_token,
            ),
            Operation("swr.list_quotas", "GET", "/v2/manage/projects/{project_id}/quotas", self.list_quotas),
        ]

    def create_namespace(self, call: Call) -> Answer:
        """Make an organization."""
        name = call.document().get("namespace")
        if not isinstance(name, str) or len(name) > 64 or not _NAMESPACE.fullmatch(name):
            raise by_swr(400, "4001028", "Invalid organization name.")
        taken = self._namespaces()
        if name in taken:
            raise by_swr(409, "4090060", "The organization already exists.")
        with self._region.store.change("namespaces") as namespaces:
            if len(namespaces) >= _MOST_NAMESPACES:
                raise by_swr(400, "4000097", "The maximum number of organizations has been exceeded.")
            namespaces[name] = {"created": self._region.clock.now()}
        return Answer(status=201)

    def _namespaces(self) -> list[str]:
        of_images = {name.partition("/")[0] for name in self._registry.repositories() if "/" in name}
        return sorted(of_images | set(self._region.store.all("namespaces")))

    def list_namespaces(self, call: Call) -> Answer:
        """List organizations, those of images that were pushed included."""
        wanted = call.first("namespace")
        return Answer({
            "namespaces": [
                self._namespace(name) for name in self._namespaces() if not wanted or name == wanted
            ]
        })

    def _namespace(self, name: str) -> dict[str, Any]:
        # 7: may manage it
        return {"id": _number(name), "name": name, "creator_name": self._region.account.domain, "auth": 7}

    def show_namespace(self, call: Call) -> Answer:
        """Show an organization."""
        self._need_namespace(call["namespace"])
        return Answer(self._namespace(call["namespace"]))

    def _need_namespace(self, name: str) -> None:
        if name not in self._namespaces():
            raise by_swr(404, "4040058", "The organization was not found.")

    def delete_namespace(self, call: Call) -> Answer:
        """Remove an organization that nothing is in."""
        name = call["namespace"]
        self._need_namespace(name)
        if any(path.startswith(f"{name}/") for path in self._repositories()):
            raise by_swr(406, "4060074", "The organization cannot be deleted because there are images in it.")
        with self._region.store.change("namespaces") as namespaces:
            namespaces.pop(name, None)
        return Answer(status=204)

    def _repositories(self) -> dict[str, dict[str, Any]]:
        pushed: dict[str, dict[str, Any]] = {
            path: {} for path in self._registry.repositories() if "/" in path
        }
        return pushed | self._region.store.all("repositories")

    def create_repository(self, call: Call) -> Answer:
        """Make a repository that nothing was pushed to yet."""
        self._need_namespace(call["namespace"])
        wanted = call.document()
        name = wanted.get("repository")
        if not isinstance(name, str) or len(name) > 128 or not _REPOSITORY.fullmatch(name):
            raise by_swr(400, "4001008", "Invalid organization or name.")
        if wanted.get("category", "other") not in _CATEGORIES or not isinstance(
            wanted.get("is_public"), bool
        ):
            raise _invalid()
        path = f"{call['namespace']}/{name}"
        if path in self._repositories():
            raise by_swr(409, "4090006", "The image already exists.")
        kept = {"created": self._region.clock.now()}
        kept |= {key: wanted[key] for key in ("category", "description", "is_public") if key in wanted}
        with self._region.store.change("repositories") as repositories:
            repositories[path] = kept
        return Answer(status=201)

    def _need_repository(self, call: Call) -> tuple[str, dict[str, Any]]:
        # a slash in a name is sent as a dollar sign
        path = f"{call['namespace']}/{call['repository'].replace('$', '/')}"
        known = self._repositories()
        if path not in known:
            raise by_swr(404, "4040010", "The image was not found.")
        return path, known[path]

    def show_repository(self, call: Call) -> Answer:
        """Show a repository."""
        path, kept = self._need_repository(call)
        namespace, _, name = path.partition("/")
        tags = self._registry.tags(path)
        return Answer({
            "id": _number(path),
            "ns_id": _number(namespace),
            "name": name,
            "creator_id": self._region.account.domain,
            "creator_name": self._region.account.domain,
            "url": "",
            "domain_id": self._region.account.domain,
            "priority": 0,
            "num_images": len(tags),
            "created": as_time(kept.get("created", 0)),
            "updated": as_time(kept.get("created", 0)),
            **self._described(path, kept, tags),
        })

    def _described(self, path: str, kept: dict[str, Any], tags: list[str]) -> dict[str, Any]:
        return {
            "category": kept.get("category", "other"),
            "description": kept.get("description", ""),
            "is_public": kept.get("is_public", False),
            "num_download": 0,
            "size": sum(_size(self._registry.manifest(path, tag)) for tag in tags),
            "path": f"{self._registry.host}/{path}",
            "internal_path": f"{self._registry.host}/{path}",
        }

    def delete_repository(self, call: Call) -> Answer:
        """Remove a repository that nothing is in."""
        path, _ = self._need_repository(call)
        if self._registry.tags(path):
            raise by_swr(
                406, "4060012", "Failed to delete the image repository because there are images in it."
            )
        with self._region.store.change("repositories") as repositories:
            repositories.pop(path, None)
        return Answer(status=204)

    def list_repositories(self, call: Call) -> Answer:
        """List repositories."""
        namespace, part = call.first("namespace"), call.first("name")
        found = {
            path: kept
            for path, kept in sorted(self._repositories().items())
            if (not namespace or path.startswith(f"{namespace}/")) and part in path.partition("/")[2]
        }
        offset, page = _page(call, list(found))
        body = [self._listed(path, found[path], len(found)) for path in page]
        return Answer(body, headers=_range(offset, page, found))

    def _listed(self, path: str, kept: dict[str, Any], total: int) -> dict[str, Any]:
        namespace, _, name = path.partition("/")
        tags = self._registry.tags(path)
        return {
            "name": name,
            "num_images": len(tags),
            "created_at": as_time(kept.get("created", 0)),
            "updated_at": as_time(kept.get("created", 0)),
            "logo": "",
            "url": "",
            "domain_name": self._region.account.domain,
            "namespace": namespace,
            "tags": tags,
            "status": False,
            "total_range": total,
            **self._described(path, kept, tags),
        }

    def list_tags(self, call: Call) -> Answer:
        """List the tags of a repository."""
        path, _ = self._need_repository(call)
        wanted = call.first("tag")
        tags = [tag for tag in self._registry.tags(path) if not wanted or tag == wanted]
        offset, page = _page(call, tags)
        return Answer([self._tag(path, tag) for tag in page], headers=_range(offset, page, tags))

    def _tag(self, path: str, tag: str) -> dict[str, Any]:
        manifest = self._registry.manifest(path, tag)
        created = manifest.configuration.get("created", as_time(0))
        return {
            "id": _number(f"{path}:{tag}"),
            "repo_id": _number(path),
            "Tag": tag,
            "image_id": manifest.document.get("config", {}).get("digest", "").removeprefix("sha256:"),
            "manifest": manifest.text,
            "digest": manifest.digest,
            "schema": 2,
            "path": f"{self._registry.host}/{path}:{tag}",
            "internal_path": f"{self._registry.host}/{path}:{tag}",
            "size": _size(manifest),
            "is_trusted": False,
            "created": created,
            "updated": created,
            "deleted": None,
            "domain_id": self._region.account.domain,
            "scanned": False,
            "tag_type": 1 if manifest.is_index else 0,
        }

    def create_secret(self, call: Call) -> Answer:
        """Give a login for a day."""
        project = call.first("projectname", self._region.account.project_name)
        if project != self._region.account.project_name:
            raise _invalid()
        return self._login_for_a_day()

    def create_authorization_token(self, call: Call) -> Answer:
        """Give a login for a day to a user of the new IAM."""
        return self._login_for_a_day()

    def _login_for_a_day(self) -> Answer:
        user, password = self._login
        auth = base64.b64encode(f"{user}:{password}".encode()).decode()
        host = self._registry.host
        until = as_time(self._region.clock.now() + _DAY)
        login = f"docker login -u {user} -p {password} {host}"
        headers = {"X-Swr-Dockerlogin": login, "X-Swr-Expireat": until}
        return Answer({"auths": {host: {"auth": auth}}}, headers=headers)

    def list_quotas(self, call: Call) -> Answer:
        """Tell how many organizations there may be."""
        used = len(self._region.store.all("namespaces"))
        quota = {"quota_key": "namespace", "quota_limit": _MOST_NAMESPACES, "used": used, "unit": ""}
        return Answer({"quotas": [quota]})


def _invalid() -> RefusalError:
    return by_swr(400, "4000014", "Invalid API parameters.")


def _page(call: Call, names: list[str]) -> tuple[int, list[str]]:
    limit, offset = call.number("limit", 100), call.number("offset", 0)
    if limit is None or offset is None or not 0 < limit <= _LARGEST_PAGE:
        raise by_swr(400, "4000056", "Invalid page size.")
    if ("limit" in call.query) != ("offset" in call.query):
        raise _invalid()
    return offset, names[offset : offset + limit]


def _range(offset: int, page: list[str], names: Any) -> dict[str, str]:
    return {"Content-Range": f"{offset}-{len(page)}/{len(names)}"}


def _size(manifest: Manifest) -> int:
    document = manifest.document
    parts = [document.get("config", {}), *document.get("layers", [])]
    return sum(int(part.get("size", 0)) for part in parts)


def _number(name: str) -> int:
    return zlib.crc32(json.dumps(name).encode())
