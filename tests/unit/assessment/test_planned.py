"""The bill of materials of a plan: what it makes takes the place of what the inventory alone recommends."""

from __future__ import annotations

from typing import Any

from include.assessment.planned import planned_advice
from include.planning.model import Plan, PlanItem
from include.sizing.model import Advice

RECOMMENDED = [
    Advice("cluster", "Masters", "cce.s2.medium", "by nodes"),
    Advice("nodes", "Node shape, pool general", "4 vCPU, 16 GiB", "by pods", {"vcpus": 4}),
    Advice("nodes", "Nodes, pool general", "9 nodes", "by pods", {"nodes": 9, "offered": {}}),
    Advice(
        "nodes", "Nodes with nvidia.com/gpu", "a pool of its own", "by pods", {"resource": "nvidia.com/gpu"}
    ),
    Advice("network", "Pods range", "172.16.0.0/16", "free"),
    Advice("storage", "csi-disk", "20 GiB", "by claims"),
    Advice("databases", "RDS for PostgreSQL, orders", "2 vCPU", "by size"),
]
CLUSTER = {
    "category": "CCE",
    "version": None,
    "flavor": "cce.s2.small",
    "proxy_mode": "iptables",
    "mode": "vpc-router",
    "containers": "10.0.0.0/16",
    "services": "10.247.0.0/16",
}
POOL = {
    "name": "general",
    "vcpus": 2,
    "memory_gib": 8,
    "count": 3,
    "flavor": "s3.large.4",
    "zone": "eu-de-01",
    "system_disk_gib": 50,
    "data_disk_gib": 100,
}


def row(resource: str, target: str, provide: str = "make", **details: Any) -> PlanItem:
    return PlanItem(
        key=f"{resource}/a",
        phase="resource_planning",
        kind="resource",
        source="for the estate",
        target=target,
        action="prepare",
        details={"provide": provide, "resource": resource, **details},
    )


def bill(*rows: PlanItem) -> list[tuple[str, str, str]]:
    return [(one.area, one.item, one.value) for one in planned_advice(Plan(items=list(rows)), RECOMMENDED)]


def test_what_is_made_takes_the_place_of_what_is_recommended() -> None:
    found = bill(
        row("cluster", "cluster a: is made", **CLUSTER),
        row("nodepool", "node pool general: is made", **POOL),
        row("instance", "RDS for PostgreSQL, shop-db: is made, 15, rds.pg.c2.large, 40 GiB"),
    )

    assert found == [
        ("cluster", "Type", "CCE Standard"),
        ("cluster", "Kubernetes version", "the newest"),
        ("cluster", "Masters", "cce.s2.small"),
        ("cluster", "kube-proxy", "iptables"),
        ("nodes", "Node pool general", "3 nodes of s3.large.4 (2 vCPU, 8 GiB) in eu-de-01"),
        ("nodes", "Nodes with nvidia.com/gpu", "a pool of its own"),
        ("network", "Model", "vpc-router"),
        ("network", "Pods range", "10.0.0.0/16"),
        ("network", "Services range", "10.247.0.0/16"),
        ("storage", "csi-disk", "20 GiB"),
        ("databases", "RDS for PostgreSQL, shop-db", "15, rds.pg.c2.large, 40 GiB"),
    ]


def test_the_figures_of_nodes_are_those_of_the_order() -> None:
    (pool,) = (
        one
        for one in planned_advice(Plan(items=[row("nodepool", "node pool", **POOL)]), RECOMMENDED)
        if "offered" in one.figures
    )
    assert pool.figures["nodes"] == 3
    assert 5000 < pool.figures["offered"]["millicores"] < 6000


def test_what_exists_changes_no_recommendation() -> None:
    taken = row("cluster", "cluster a: is there", "take", **CLUSTER)
    assert planned_advice(Plan(items=[taken]), RECOMMENDED) == RECOMMENDED
