"""Remove what a rehearsal made of the whole cluster; Velero's own parts go with Velero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.labels import OWNER

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

RBAC = "/apis/rbac.authorization.k8s.io/v1"
COLLECTIONS = (
    f"{RBAC}/clusterrolebindings",
    f"{RBAC}/clusterroles",
    "/apis/scheduling.k8s.io/v1/priorityclasses",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
)


def remove_cluster_wide(run: MigrationRun, target: Cluster) -> int:
    """Remove them by their label; return how many there were."""
    found = list(made_cluster_wide(run, target))
    for path in found:
        target.delete(path)
    return len(found)


def made_cluster_wide(run: MigrationRun, target: Cluster) -> Iterator[str]:
    """Yield the paths of what carries the rehearsal's label."""
    for collection in COLLECTIONS:
        for one in target.list(collection, labelSelector=f"{OWNER}={run.definition.name},component!=velero"):
            yield f"{collection}/{one['metadata']['name']}"
