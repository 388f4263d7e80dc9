"""Plan the rows of the target cluster and its node pools: taken, or made as their details say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.cloud.clusters import AVAILABLE, find_cluster
from include.errors import PreflightError
from include.planning.model import PlanItem
from include.planning.resource_rows import LONGEST_MINUTES, resource_row
from include.planning.target_presence import lacks_nodes
from include.planning.target_sizing import CLUSTER_TYPES, ChosenPool, ChosenTarget, choose_target
from include.provisioning.cluster import ClusterResource, found_cluster
from include.provisioning.fitness import ranges_of
from include.provisioning.node_pool import NodePoolResource, find_pools
from include.provisioning.providing import MAKE, TAKE, is_ours, misfits_of

if TYPE_CHECKING:
    from include.definition import NewCluster, TargetCluster
    from include.inventory.store import Inventory
    from include.provisioning import Found
    from include.run import MigrationRun

CLUSTER, NODE_POOL = "cluster", "nodepool"


@dataclass(frozen=True)
class Place:
    """Bind the definition's cluster to the cloud it lies in."""

    wanted: TargetCluster
    cloud: Cloud

    def details(self, resource: str, name: str, provide: str) -> dict[str, Any]:
        """Return what the details of every row have."""
        create = self.wanted.create
        return {
            "provide": provide,
            "resource": resource,
            "chain": CLUSTER,
            "connection": self.wanted.connection,
            "name": name,
            "longest_minutes": create.longest_minutes if create else LONGEST_MINUTES,
        }


def cluster_rows(run: MigrationRun, inventory: Inventory) -> list[PlanItem]:
    """Return one row for the cluster and one a node pool; none when a connection holds the cluster's kubeconfig.

    :raises PreflightError: when what is there cannot be taken, or what is to be made would not do, with every reason.
    """
    wanted = run.definition.target.cce_cluster
    if wanted is None:
        return []
    place = Place(wanted, Cloud(run.connections.cloud(wanted.connection)))
    document = find_cluster(place.cloud, wanted.name)
    create = wanted.create
    if document is None:
        if create is None:
            raise PreflightError(missing_cluster(wanted.name, place.cloud))
        chosen = choose_target(inventory, create, place.cloud)
        return [_new_cluster(place, create, chosen), *_pools(run, place, create, chosen, {})]
    row = _found_cluster(place, document)
    found = found_cluster(document)
    problems = misfits_of(ClusterResource(run, row, place.cloud, wanted), found)
    if problems:
        raise PreflightError(problems)
    if create is None or not _gets_pools(run, place.cloud, document):
        return [row]
    pools = find_pools(place.cloud, found.id)
    chosen = choose_target(inventory, create, place.cloud, pools)
    return [row, *_pools(run, place, create, chosen, pools)]


def missing_cluster(name: str, cloud: Cloud) -> str:
    """Return the problem of a cluster that is neither there nor to be made."""
    return (
        f"target.cluster.name: there is no cluster {name} ({cloud.access.place}); correct the name, or say under "
        "target.cluster.create how it is made"
    )


def _gets_pools(run: MigrationRun, cloud: Cloud, document: Any) -> bool:
    if document.status.phase != AVAILABLE:
        return is_ours(run, found_cluster(document))
    return lacks_nodes(run, cloud, document)


def _found_cluster(place: Place, document: Any) -> PlanItem:
    spec = document.spec
    details = {
        **place.details(CLUSTER, document.metadata.name, TAKE),
        "id": document.metadata.uid,
        "version": spec.version,
        "category": spec.category,
        "flavor": spec.flavor,
        "ranges": ranges_of(spec),
    }
    text = f"cluster {document.metadata.name}: is there, {spec.version}, {spec.flavor}"
    return resource_row(f"{CLUSTER}/{document.metadata.name}", "cluster for the estate", text, details)


def _new_cluster(place: Place, create: NewCluster, chosen: ChosenTarget) -> PlanItem:
    name = place.wanted.name
    details = {
        **place.details(CLUSTER, name, MAKE),
        "category": create.category,
        "type": CLUSTER_TYPES[chosen.architecture],
        "version": chosen.version,
        "flavor": chosen.flavor,
        "vpc": create.vpc,
        "subnet": create.subnet,
        "security_group": create.security_group,
        "mode": chosen.mode,
        "containers": chosen.containers,
        "container_subnets": create.container_subnets,
        "services": chosen.services,
        "node_block": chosen.node_block,
        "proxy_mode": chosen.proxy_mode,
    }
    pods = chosen.containers or "the VPC"
    text = (
        f"cluster {name}: is made, {create.category} {chosen.version or 'of the newest version'}, {chosen.flavor}, pods in {pods}, "
        f"Services in {chosen.services}"
    )
    return resource_row(f"{CLUSTER}/{name}", "cluster for the estate", text, details)


def _pools(
    run: MigrationRun,
    place: Place,
    create: NewCluster,
    chosen: ChosenTarget,
    existing: Mapping[str, Found],
) -> list[PlanItem]:
    """Return the rows of the pools.

    :raises PreflightError: with every reason why pools of these names that are there cannot be taken.
    """
    rows = [_pool(place, create, pool, is_there=pool.name in existing) for pool in chosen.pools]
    resources = [NodePoolResource(run, row, place.cloud) for row in rows if row.details["provide"] == TAKE]
    problems = [text for one in resources for text in misfits_of(one, existing[one.name])]
    if problems:
        raise PreflightError(problems)
    return rows


def _pool(place: Place, create: NewCluster, pool: ChosenPool, *, is_there: bool) -> PlanItem:
    cluster, nodes = place.wanted.name, create.nodes
    details = {
        **place.details(NODE_POOL, pool.name, TAKE if is_there else MAKE),
        "cluster": cluster,
        "flavor": pool.flavor.name,
        "vcpus": pool.flavor.shape.vcpus,
        "memory_gib": pool.flavor.shape.memory_gib,
        "count": pool.count,
        "zone": pool.zone,
        "labels": dict(pool.labels),
        "os": nodes.os,
        "ssh_key": nodes.ssh_key,
        "system_disk_gib": nodes.system_disk_gib,
        "data_disk_gib": nodes.data_disk_gib,
        "disk_type": nodes.disk_type,
    }
    text = (
        f"node pool {pool.name}: {'is there' if is_there else 'is made'}, {pool.count} of {pool.flavor.name} "
        f"({pool.flavor.shape.text}) in {pool.zone}"
    )
    return resource_row(
        f"{NODE_POOL}/{cluster}/{pool.name}", f"nodes for the estate, pool {pool.name}", text, details
    )
