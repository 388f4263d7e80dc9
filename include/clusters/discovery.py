"""Know which resources a cluster's API serves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)

AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    for version in ("v2", "v2beta1")
)
ACCEPT = f"{AGGREGATED},application/json"
READERS = 8

Get = Callable[[str], dict[str, Any]]


@dataclass(frozen=True, order=True)
class ApiResource:
    """Name one resource the API serves, e.g. apps/v1 Deployment, plural deployments."""

    group: str
    version: str
    plural: str
    kind: str
    is_namespaced: bool
    verbs: frozenset[str] = frozenset()

    @property
    def api_version(self) -> str:
        """Return `apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def name(self) -> str:
        """Return `deployments.apps`, or `pods` for the core group."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """Return the API path of the collection, of a namespace's part of it, or of one object."""
        path = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        if namespace and self.is_namespaced:
            path += f"/namespaces/{namespace}"
        path += f"/{self.plural}"
        return f"{path}/{name}" if name else path


def discover(get: Get) -> list[ApiResource]:
    """Return every resource in every served version, a group's preferred version first.

    :param get: reads one API path with the `ACCEPT` header of this module.

    Servers from 1.26 on answer with everything at once; older ones are asked for group by group.
    """
    core, groups = get("/api"), get("/apis")
    if core.get("kind") == groups.get("kind") == "APIGroupDiscoveryList":
        return [*_aggregated(core), *_aggregated(groups)]
    return list(_classic(get, core, groups))


def preferred(resources: Iterable[ApiResource]) -> list[ApiResource]:
    """Return each resource once, in the first version that serves it, sorted."""
    first: dict[tuple[str, str], ApiResource] = {}
    for resource in resources:
        first.setdefault((resource.group, resource.plural), resource)
    return sorted(first.values())


def _aggregated(answer: dict[str, Any]) -> Iterator[ApiResource]:
    for group in answer.get("items") or []:
        group_name = group.get("metadata", {}).get("name", "")
        for version in group.get("versions") or []:
            if version.get("freshness") == "Stale":
                logger.warning(
                    "API %s/%s is not available; its resources are unknown", group_name, version["version"]
                )
            for row in version.get("resources") or []:
                kind = (row.get("responseKind") or {}).get("kind")
                if kind:
                    yield _resource(group_name, version["version"], row["resource"], kind, row)


def _resource(group: str, version: str, plural: str, kind: str, row: dict[str, Any]) -> ApiResource:
    is_namespaced = row.get("scope") == "Namespaced" if "scope" in row else bool(row.get("namespaced"))
    return ApiResource(
        group=group,
        version=version,
        plural=plural,
        kind=kind,
        is_namespaced=is_namespaced,
        verbs=frozenset(row.get("verbs") or []),
    )


def _classic(get: Get, core: dict[str, Any], groups: dict[str, Any]) -> Iterator[ApiResource]:
    wanted = [("", version, f"/api/{version}") for version in core.get("versions") or []]
    for group in groups.get("groups") or []:
        for version in _preferred_first(group):
            wanted.append((group["name"], version, f"/apis/{group['name']}/{version}"))
    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(lambda entry: get(entry[2]), wanted))
    for (group_name, version, _), answer in zip(wanted, answers, strict=True):
        for row in answer.get("resources") or []:
            # A name with a slash is a subresource, such as pods/log.
            if "/" not in row["name"]:
                yield _resource(group_name, version, row["name"], row["kind"], row)


def _preferred_first(group: dict[str, Any]) -> list[str]:
    versions = [entry["version"] for entry in group.get("versions") or []]
    chosen = (group.get("preferredVersion") or {}).get("version")
    return sorted(versions, key=lambda version: version != chosen)
