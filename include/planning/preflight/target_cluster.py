"""The cloud accepts its connection, and the target cluster is there, or can be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.cloud.clusters import AVAILABLE, PASSING, find_cluster
from include.errors import PreflightError
from include.planning.cluster_rows import missing_cluster
from include.planning.target_sizing import chosen_flavors
from include.provisioning.cluster import found_cluster
from include.provisioning.offers import cluster_quota, offered_flavors
from include.provisioning.providing import is_ours
from include.provisioning.vpc import find_network

if TYPE_CHECKING:
    from include.definition import NewCluster
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps a cluster of CCE from being taken or made; nothing for a cluster with a kubeconfig."""
    wanted = run.definition.target.cce_cluster
    if wanted is None:
        return
    cloud = Cloud(run.connections.cloud(wanted.connection))
    if cloud.access.region != run.definition.target.region:
        yield (
            f"target.cluster.connection: {wanted.connection} reaches region {cloud.access.region}, and target.region is "
            f"{run.definition.target.region}; correct one of them"
        )
    document = find_cluster(cloud, wanted.name)
    if document is not None:
        yield from _unusable(run, cloud, document)
    elif wanted.create is None:
        yield missing_cluster(wanted.name, cloud)
    else:
        yield from (f"target.cluster.create: {one}" for one in cluster_quota(cloud).problems(1))
        yield from _not_offered(cloud, wanted.create)
        yield from _without_network(cloud, wanted.create)


def _unusable(run: MigrationRun, cloud: Cloud, document: Any) -> Iterator[str]:
    phase = document.status.phase
    is_coming = phase in PASSING and is_ours(run, found_cluster(document))
    if phase != AVAILABLE and not is_coming:
        yield (
            f"cluster {document.metadata.name} ({cloud.access.place}): is {phase}, not {AVAILABLE}; look at it in the console of "
            "CCE: wait, mend it, or delete it"
        )


def _not_offered(cloud: Cloud, create: NewCluster) -> list[str]:
    """Return a zone or flavor of the definition in which no node can be ordered now."""
    try:
        chosen_flavors(create, offered_flavors(cloud, create.nodes.zones or ()))
    except PreflightError as error:
        return error.problems
    return []


def _without_network(cloud: Cloud, create: NewCluster) -> list[str]:
    """Return why the VPC and the subnet of the definition cannot take a cluster."""
    try:
        find_network(cloud, create)
    except PreflightError as error:
        return error.problems
    return []
