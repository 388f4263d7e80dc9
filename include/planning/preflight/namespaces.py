"""The definition's namespaces exist, and on the target nobody else lives there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.labels import RESTORED

if TYPE_CHECKING:
    from include.run import MigrationRun

KINDS = ("deployments", "statefulsets", "daemonsets")


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield missing and ending namespaces of the source."""
    for namespace in run.definition.source.namespaces:
        found = run.source.find(f"/api/v1/namespaces/{namespace}")
        if found is None:
            yield f"namespace {namespace}, source cluster: does not exist; correct source.namespaces in the definition"
        yield from _ending(namespace, "source", found)


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield ending namespaces of the target, and workloads and claims in it that no restore has made."""
    for namespace in run.definition.source.namespaces:
        path = f"/api/v1/namespaces/{namespace}"
        yield from _ending(namespace, "target", run.target.find(path))
        for kind in KINDS:
            yield from strangers(run.target.list(f"/apis/apps/v1/namespaces/{namespace}/{kind}"))
        planned = {claim["metadata"]["name"] for claim in run.source.list(f"{path}/persistentvolumeclaims")}
        yield from foreign_claims(run.target.list(f"{path}/persistentvolumeclaims"), planned)


def _ending(namespace: str, cluster: str, seen: dict[str, Any] | None) -> Iterator[str]:
    if is_ending(seen):
        yield (
            f"namespace {namespace}, {cluster} cluster: is being deleted, and takes no new objects; wait until it is gone, or "
            "remove the finalizers that keep it"
        )


def is_ending(namespace: dict[str, Any] | None) -> bool:
    """Say whether a namespace is there, but being deleted."""
    return ((namespace or {}).get("status") or {}).get("phase") == "Terminating"


def foreign_claims(claims: Iterable[dict[str, Any]], planned: set[str]) -> Iterator[str]:
    """Yield a line for each claim that the copy of a volume would write into, though no restore has made it."""
    for claim in claims:
        metadata = claim["metadata"]
        if metadata["name"] in planned and RESTORED not in (metadata.get("labels") or {}):
            yield (
                f"PersistentVolumeClaim {metadata['namespace']}/{metadata['name']}, target cluster: is there, but not from a "
                "migration; its content would be replaced by the source's, so remove it or migrate into another cluster"
            )


def strangers(workloads: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each workload that does not come from a restore."""
    for workload in workloads:
        metadata = workload["metadata"]
        if RESTORED not in (metadata.get("labels") or {}):
            yield (
                f"{workload.get('kind')} {metadata['namespace']}/{metadata['name']}, target cluster: is there, but not "
                "from a migration; Velero would skip it, so remove it or migrate into another cluster"
            )
