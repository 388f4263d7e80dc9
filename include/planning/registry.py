"""Ask image registries for digests and sizes, without pulling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from include.errors import PermanentError
from include.inventory.references import Reference
from include.registries import RegistryClient, explain_refusal

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = ", ".join((*INDEXES, *MANIFESTS))
PLATFORM = ("linux", "amd64")
TAGS_PER_PAGE = 1000
MOST_PAGES = 100
REMEDIES = {
    401: "the login is not accepted: correct login and password of the connection",
    403: "give the connection's user the right to read the repository",
}
ANYTHING = "check that the image still exists and that the connection may read it"


@dataclass(frozen=True)
class RemoteImage:
    """Tell what a registry holds: `digest` of the manifest or index, `size` of config and layers in bytes."""

    digest: str
    size: int


class Registry(RegistryClient):
    """Ask one registry about its images."""

    def check_login(self) -> None:
        """Raise a `PermanentError` unless the registry accepts the login; a `TemporaryError` while it is busy."""
        answer = self.request("GET", "/v2/")
        if not answer.is_success:
            raise PermanentError(
                f"registry {self.host}: the login of {self._access.user} was answered {answer.status_code}; "
                "correct login and password of the connection"
            )

    def digest(self, reference: Reference) -> str | None:
        """Return the digest that a reference means now, or None when the registry does not have it.

        HEAD, which Docker Hub does not count (https://docs.docker.com/docker-hub/usage/pulls/).

        :raises PermanentError: when the registry refuses.
        """
        answer = self._manifest("HEAD", reference, reference.digest or reference.tag)
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise self._refusal(reference, answer)
        return str(answer.headers.get("Docker-Content-Digest") or reference.digest)

    def image(self, reference: Reference) -> RemoteImage:
        """Return digest and size of an image; of an index the size of its linux/amd64 image.

        :raises PermanentError: when the registry does not have it or refuses the login.
        :raises TemporaryError: when it does not answer, or stays busy.
        """
        answer = self._existing(reference, reference.digest or reference.tag)
        digest = answer.headers.get("Docker-Content-Digest") or reference.digest
        manifest = answer.json()
        if "manifests" in manifest:
            manifest = self._existing(reference, _choose_platform(manifest)).json()
        parts = [manifest.get("config") or {}, *(manifest.get("layers") or [])]
        return RemoteImage(digest, sum(int(part.get("size") or 0) for part in parts))

    def tags(self, repository: str) -> Iterator[str]:
        """Yield the tags of a repository, page by page.

        :raises PermanentError: when the registry does not have it, refuses, or has more pages than anybody needs.
        """
        path = f"/v2/{repository}/tags/list?n={TAGS_PER_PAGE}"
        for _ in range(MOST_PAGES):
            answer = self.request("GET", path, f"repository:{repository}:pull")
            if not answer.is_success:
                raise PermanentError(
                    f"repository {self.host}/{repository}: listing its tags was answered {explain_refusal(answer)}; "
                    "check that it exists and that the connection may read it"
                )
            yield from answer.json().get("tags") or []
            if "next" not in answer.links:
                return
            path = answer.links["next"]["url"]
        raise PermanentError(
            f"repository {self.host}/{repository}: has more than {MOST_PAGES * TAGS_PER_PAGE} tags; name single ones"
        )

    def _existing(self, reference: Reference, name: str) -> httpx.Response:
        answer = self._manifest("GET", reference, name)
        if not answer.is_success:
            raise self._refusal(reference, answer, name)
        return answer

    def _manifest(self, method: str, reference: Reference, name: str) -> httpx.Response:
        repository = reference.repository
        path = f"/v2/{repository}/manifests/{name}"
        return self.request(method, path, f"repository:{repository}:pull", headers={"Accept": ACCEPT})

    def _refusal(self, reference: Reference, answer: httpx.Response, name: str = "") -> PermanentError:
        name = name or reference.digest or reference.tag
        return PermanentError(
            f"image {self.host}/{reference.repository}:{name}: the registry answered {answer.status_code}; "
            f"{REMEDIES.get(answer.status_code, ANYTHING)}"
        )


def _choose_platform(index: dict[str, Any]) -> str:
    manifests = index["manifests"]
    for entry in manifests:
        platform = entry.get("platform") or {}
        if (platform.get("os"), platform.get("architecture")) == PLATFORM:
            return str(entry["digest"])
    return str(manifests[0]["digest"]) if manifests else ""
