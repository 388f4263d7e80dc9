"""Remove what the migration installed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.connections.access import Side
from include.errors import ClusterError, ObjectNotFoundError
from include.labels import OWNER
from include.velero.names import (
    API,
    DEPLOYMENT_PATH,
    NAMESPACE_PATH,
    cluster_of,
    credentials_name,
    location_name,
)

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

REMOVE_SECONDS = 120.0
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BINDING = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero"


def uninstall_velero(run: MigrationRun, side: Side) -> bool:
    """Remove this program's Velero from one cluster; say whether there was one.

    The backups in the bucket stay. A Velero that somebody else installed, or that another migration still uses, stays
    as well, without this migration's storage location.
    """
    cluster = cluster_of(run, side)
    deployment = cluster.find(DEPLOYMENT_PATH)
    if deployment is None or OWNER not in (deployment["metadata"].get("labels") or {}):
        logger.info("No Velero of this program is in the %s cluster", side)
        return False
    if _is_shared(run, cluster):
        cluster.delete(f"{API}/backupstoragelocations/{location_name(run.definition)}")
        cluster.delete(f"{NAMESPACE_PATH}/secrets/{credentials_name(run.definition)}")
        logger.info("Velero stays in the %s cluster: another migration uses it", side)
        return False
    # The server goes first, so that it neither deletes stored backups nor holds back its own objects.
    cluster.delete(DEPLOYMENT_PATH, propagation="Foreground")
    cluster.wait_for(
        DEPLOYMENT_PATH, lambda seen: seen is None, REMOVE_SECONDS, "Deployment velero/velero is gone"
    )
    for plural in ("restores", "backups", "backupstoragelocations"):
        _release(cluster, plural)
    for definition in cluster.list(CRDS, labelSelector=f"component=velero,{OWNER}"):
        cluster.delete(f"{CRDS}/{definition['metadata']['name']}")
    cluster.delete(BINDING)
    cluster.delete(NAMESPACE_PATH)
    cluster.wait_for(NAMESPACE_PATH, lambda seen: seen is None, REMOVE_SECONDS, "Namespace velero is gone")
    logger.info("Velero is removed from the %s cluster", side)
    return True


def _is_shared(run: MigrationRun, cluster: Cluster) -> bool:
    try:
        locations = list(cluster.list(f"{API}/backupstoragelocations"))
    except ObjectNotFoundError:
        return False
    return any(row["metadata"]["name"] != location_name(run.definition) for row in locations)


def _release(cluster: Cluster, plural: str) -> None:
    """Delete objects of a kind, dropping the finalizers the server can no longer work off."""
    try:
        names = [row["metadata"]["name"] for row in cluster.list(f"{API}/{plural}")]
    except ClusterError:
        return
    for name in names:
        path = f"{API}/{plural}/{name}"
        cluster.patch(path, {"metadata": {"finalizers": None}})
        cluster.delete(path)
