"""The product before the cloud: a run of a small estate whose target is ordered from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from huaweicloudsdkcce.v3 import ListClustersRequest, ListNodePoolsRequest

from include.connections import DocumentConnections
from include.inventory import take_inventory
from include.inventory.store import load_inventory
from include.ledger import Ledger
from include.planning.cluster_rows import cluster_rows
from include.planning.model import Plan, PlanItem, save_plan
from include.provisioning import made_resources
from include.run import MigrationRun
from lab.cloud.vpc import NODES, VPC_ID
from tests.builders.connections import connection_documents
from tests.builders.definitions import definition_with_new_cluster
from tests.builders.objects import MemoryCluster, container, deployment, make
from tests.contract.cloud.models import Checked

Change = Callable[[dict[str, Any]], object]
PHASE = "resource_planning"
READY = {
    "conditions": [{"type": "Ready", "status": "True"}],
    "allocatable": {"cpu": "1", "memory": "4Gi", "pods": "110"},
    "addresses": [{"type": "InternalIP", "address": "198.18.1.10"}],
}


def estate(cpu: str = "100m", replicas: int = 3) -> list[dict[str, Any]]:
    """Return the objects of the source: a node, and one workload with so many pods of so many cores."""
    requests = {"resources": {"requests": {"cpu": cpu, "memory": "64Mi"}}}
    web = deployment(replicas=replicas, containers=[container(**requests)])
    return [
        make("v1", "Namespace", "kube-system", metadata={"uid": "uid-of-the-source"}),
        make("v1", "Namespace", "shop"),
        make("v1", "Namespace", "warehouse"),
        make("v1", "Node", "source-node-1", spec={"podCIDR": "198.19.0.0/20"}, status=READY),
        web,
    ]


def fixed(**nodes: Any) -> Change:
    """Return a change that gives the new cluster the ranges of the lab, and its nodes these fields."""

    def change(cluster: dict[str, Any]) -> None:
        cluster["create"].update(
            flavor="cce.s1.small",
            containers="198.19.128.0/18",
            services="198.19.192.0/18",
            longest_minutes=0.2,
        )
        cluster["create"]["nodes"].update({
            "zones": ["eu-de-01"],
            "flavor": "s3.large.2",
            "count": 2,
            **nodes,
        })

    return change


def open_run(
    folder: Path,
    cloud: dict[str, Any],
    change: Change,
    *,
    run_id: str = "one",
    objects: list[Any] | None = None,
) -> MigrationRun:
    """Return a run with its inventory taken.

    :param cloud: the connection to the cloud.
    """
    definition = definition_with_new_cluster(lambda cluster: change(_in_the_vpc(cluster)))
    documents = {**connection_documents(), "huawei_cloud": cloud}
    ledger = Ledger(folder / "ledger", definition.name, run_id)
    run = MigrationRun(definition, ledger, DocumentConnections(documents), run_id)
    run.__dict__["source"] = MemoryCluster("source", *(objects or estate()))
    take_inventory(run)
    return run


def _in_the_vpc(cluster: dict[str, Any]) -> dict[str, Any]:
    cluster["create"].update(vpc=VPC_ID, subnet=NODES.id)
    return cluster


def plan(run: MigrationRun) -> list[PlanItem]:
    """Plan the target, and nothing else."""
    rows = cluster_rows(run, load_inventory(run.ledger))
    save_plan(run.ledger, Plan(items=rows))
    return rows


def clusters(cce: Checked) -> list[Any]:
    return list(cce.list_clusters(ListClustersRequest()).items)


def pools(cce: Checked, cluster: Any) -> list[Any]:
    return list(cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster.metadata.uid)).items)


def made(run: MigrationRun) -> list[str]:
    return [one.label for one in made_resources(run.ledger)]


def actions(run: MigrationRun) -> dict[str, str]:
    return {item.key: item.action for item in run.ledger.items(PHASE)}
