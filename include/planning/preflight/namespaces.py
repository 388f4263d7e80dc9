"""The definition's namespaces exist, and on the target nobody else lives there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.labels import RESTORED

if TYPE_CHECKING:
    from include.run import MigrationRun

KINDS = ("deployments", "statefulsets", "daemonsets")


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield missing source namespaces, and workloads on the target that no restore has made."""
    for namespace in run.definition.source.namespaces:
        if not run.source.exists(f"/api/v1/namespaces/{namespace}"):
            yield f"namespace {namespace}, source cluster: does not exist; correct source.namespaces in the definition"
        for kind in KINDS:
            yield from strangers(run.target.list(f"/apis/apps/v1/namespaces/{namespace}/{kind}"))


def strangers(workloads: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each workload that does not come from a restore."""
    for workload in workloads:
        metadata = workload["metadata"]
        if RESTORED not in (metadata.get("labels") or {}):
            yield (
                f"{workload.get('kind')} {metadata['namespace']}/{metadata['name']}, target cluster: is there, but not "
                "from a migration; Velero would skip it, so remove it or migrate into another cluster"
            )
