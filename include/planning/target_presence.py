"""Tell whether the target cluster is there with everything in it, or is made after the plan is approved."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.cloud.clusters import AVAILABLE, find_cluster
from include.errors import ClusterError, ClusterUnavailableError
from include.provisioning.cluster import found_cluster
from include.provisioning.providing import is_ours

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def is_target_complete(run: MigrationRun) -> bool:
    """Say whether the target cluster can be asked now, and gets no node pools from this run."""
    wanted = run.definition.target.cce_cluster
    if wanted is None:
        return True
    cloud = Cloud(run.connections.cloud(wanted.connection))
    document = find_cluster(cloud, wanted.name)
    if document is None or document.status.phase != AVAILABLE:
        return False
    try:
        return wanted.create is None or not lacks_nodes(run, cloud, document)
    except (ClusterError, ClusterUnavailableError) as error:
        # The checks that ask it say in full what is wrong there.
        logger.debug("Whether the target has room is not known: %s", error)
        return True


def lacks_nodes(run: MigrationRun, cloud: Cloud, document: Any) -> bool:
    """Say whether this run may add node pools to a cluster: it has no nodes, or is our own and too small as it is.

    One that somebody else made stays as it is; what it lacks is told.
    """
    from include.planning.preflight import capacity

    nodes = cloud.call("cce", "list_nodes", cluster_id=document.metadata.uid).items or []
    if not nodes:
        return True
    return is_ours(run, found_cluster(document)) and bool(list(capacity.find_target_problems(run)))
