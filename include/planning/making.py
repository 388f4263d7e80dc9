"""Make what the plan says is missing in the target cloud, and take what it says is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.engines import run_side_by_side
from include.errors import PermanentError
from include.planning.balancer_row import BALANCER
from include.planning.cluster_rows import CLUSTER, NODE_POOL
from include.planning.instance_rows import INSTANCE
from include.planning.model import PlanItem, load_plan
from include.planning.organization_row import ORGANIZATION
from include.planning.resource_rows import PHASE
from include.provisioning import Resource, provide
from include.provisioning.balancer import BalancerResource
from include.provisioning.cluster import ClusterResource
from include.provisioning.instance import InstanceResource
from include.provisioning.node_pool import NodePoolResource
from include.provisioning.organization import OrganizationResource

if TYPE_CHECKING:
    from include.run import MigrationRun

THREADS = 8


def _cluster(run: MigrationRun, row: PlanItem, cloud: Cloud) -> Resource:
    wanted = run.definition.target.cce_cluster
    if wanted is None:
        raise PermanentError(f"{row.key}: the definition names no cluster of CCE; trigger a new run")
    return ClusterResource(run, row, cloud, wanted)


# By `details["resource"]` of a row; of one chain an earlier kind is provided before a later one, one kind side by side.
FACTORIES: dict[str, Callable[[Any, PlanItem, Cloud], Resource]] = {
    CLUSTER: _cluster,
    NODE_POOL: NodePoolResource,
    INSTANCE: InstanceResource,
    ORGANIZATION: OrganizationResource,
    BALANCER: BalancerResource,
}


def make_target(run: MigrationRun) -> dict[str, int]:
    """Provide every thing of the target cloud that the plan names; return how many were to be made and to be taken.

    Rows with the same `details["chain"]` are provided kind after kind, chains and rows of one kind side by side.

    :raises ProvisioningError: of the first chain that fails; the others are brought to an end.
    """
    rows = [row for row in load_plan(run.ledger).items(PHASE) if "provide" in row.details]
    run_side_by_side(partial(_provide_chain, run), _chains(rows), THREADS, name="provisioning")
    made = sum(row.details["provide"] == "make" for row in rows)
    return {"made": made, "taken": len(rows) - made}


def _chains(rows: Sequence[PlanItem]) -> list[list[PlanItem]]:
    order = list(FACTORIES)

    def chain_of(row: PlanItem) -> str:
        return str(row.details.get("chain", row.key))

    ordered = sorted(rows, key=lambda row: (chain_of(row), order.index(row.details["resource"]), row.key))
    return [list(chain) for _, chain in groupby(ordered, chain_of)]


def _provide_chain(run: MigrationRun, rows: Sequence[PlanItem]) -> None:
    for kind, alike in groupby(rows, lambda row: str(row.details["resource"])):
        run_side_by_side(partial(_provide, run), list(alike), THREADS, name=f"provisioning-{kind}")


def _provide(run: MigrationRun, row: PlanItem) -> None:
    cloud = Cloud(run.connections.cloud(row.details["connection"]))
    provide(run, row, FACTORIES[row.details["resource"]](run, row, cloud))
