"""The bodies of orders are what CCE's own models take, and say no more than the plan."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from huaweicloudsdkcce.v3 import NodePool, NodePoolMetadata, NodePoolSpec, NodePoolStatus, NodeTemplate
from huaweicloudsdkcce.v3.model.node_pool_condition import NodePoolCondition

from include.errors import (
    CloudObjectNotFoundError,
    ResourceFailedError,
    ResourceSoldOutError,
)
from include.inventory import take_inventory
from include.provisioning.cluster import ClusterResource, cluster_order, failed_job, found_cluster
from include.provisioning.node_pool import NodePoolResource, found_pool, pool_misfits, pool_order
from include.run import MigrationRun
from tests.builders.cce_documents import ScriptedCloud, cluster
from tests.builders.definitions import definition_with_new_cluster
from tests.builders.objects import MemoryCluster, make
from tests.builders.resources import resource_row

CLUSTER: dict[str, Any] = {
    "name": "shop-target", "category": "CCE", "type": "VirtualMachine", "version": None, "flavor": "cce.s2.small",
    "vpc": "vpc-1", "subnet": "subnet-1", "security_group": None, "mode": "vpc-router", "containers": "172.16.0.0/16",
    "container_subnets": None, "services": "10.247.0.0/16", "node_block": 26, "proxy_mode": "iptables",
    "longest_minutes": 1,
}  # fmt: skip
POOL: dict[str, Any] = {
    "name": "general", "cluster": "shop-target", "flavor": "s3.large.2", "zone": "eu-de-01", "count": 2, "os": None,
    "ssh_key": "operator", "system_disk_gib": 50, "data_disk_gib": 100, "disk_type": "SAS", "labels": {"disk": "ssd"},
    "longest_minutes": 1,
}  # fmt: skip
NO_JOB = CloudObjectNotFoundError("no such job")


def pool(phase: str = "", active: int = 2, current: int = 2, **status: Any) -> NodePool:
    template = NodeTemplate(flavor="s3.large.2", az="eu-de-01", k8s_tags={"cce-migration": "lab"})
    return NodePool(
        kind="NodePool",
        api_version="v3",
        metadata=NodePoolMetadata(name="general", uid="id-of-general"),
        spec=NodePoolSpec(node_template=template),
        status=NodePoolStatus(phase=phase, active_node=active, current_node=current, **status),
    )


def nodes(*phases: str, pool: str | None = None) -> Any:
    owner = SimpleNamespace(nodepool_id=pool) if pool else None
    return SimpleNamespace(
        items=[
            SimpleNamespace(
                status=SimpleNamespace(phase=phase), metadata=SimpleNamespace(owner_references=owner)
            )
            for phase in phases
        ]
    )


def pool_resource(run: MigrationRun, **answers: Any) -> NodePoolResource:
    known = {"list_clusters": SimpleNamespace(items=[cluster()]), **answers}
    cloud: Any = ScriptedCloud(**known)
    return NodePoolResource(run, resource_row("nodepool/shop-target/general", **POOL), cloud)


def test_an_order_of_a_cluster_carries_our_tag_and_nothing_empty() -> None:
    body = cluster_order(CLUSTER, "lab")

    assert body["spec"]["clusterTags"] == [{"key": "cce-migration", "value": "lab"}]
    assert body["spec"]["containerNetwork"] == {"mode": "vpc-router", "cidrs": [{"cidr": "172.16.0.0/16"}]}
    assert body["spec"]["extendParam"] == {"alpha.cce/fixPoolMask": "26"}
    assert body["spec"]["hostNetwork"] == {"vpc": "vpc-1", "subnet": "subnet-1"}
    assert "version" not in body["spec"]


def test_pods_of_a_turbo_cluster_live_in_subnets_of_the_vpc() -> None:
    details = {
        **CLUSTER, "category": "Turbo", "mode": "eni", "containers": None, "node_block": None, "container_subnets": ["one"],
    }  # fmt: skip
    spec = cluster_order(details, "lab")["spec"]

    assert spec["containerNetwork"] == {"mode": "eni"}
    assert spec["eniNetwork"] == {"subnets": [{"subnetID": "one"}]}
    assert "extendParam" not in spec


def test_an_order_of_a_pool_labels_its_nodes_and_holds_no_password() -> None:
    template = pool_order(POOL, "lab")["spec"]["nodeTemplate"]

    assert template["k8sTags"] == {"disk": "ssd", "cce-migration": "lab"}
    assert template["login"] == {"sshKey": "operator"}
    assert template["dataVolumes"] == [{"size": 100, "volumetype": "SAS"}]
    assert "os" not in template


def test_whose_a_cluster_is_stands_in_its_tag() -> None:
    assert found_cluster(cluster(owner="lab")).owner == "lab"
    assert found_cluster(cluster()).owner == ""


@pytest.mark.parametrize("phase", ["Creating", "Unavailable", "Upgrading"])
def test_a_cluster_on_its_way_is_waited_for(run: MigrationRun, phase: str) -> None:
    assert not cluster_resource(run).is_ready(found_cluster(cluster(phase=phase)))


@pytest.mark.parametrize("phase", ["Error", "Deleting", "Hibernation"])
def test_a_cluster_that_will_not_come_has_failed(run: MigrationRun, phase: str) -> None:
    with pytest.raises(ResourceFailedError, match=f"is {phase}: CCE gives no reason"):
        cluster_resource(run).is_ready(found_cluster(cluster(phase=phase)))


def test_one_of_our_own_in_the_making_is_no_misfit(run: MigrationRun) -> None:
    names = ("kube-system", "shop", "warehouse")
    objects = [make("v1", "Namespace", name, metadata={"uid": name}) for name in names]
    run.__dict__["source"] = MemoryCluster("source", *objects)
    take_inventory(run)
    resource = cluster_resource(run)
    creating = found_cluster(cluster(phase="Creating", owner="lab"))
    theirs = found_cluster(cluster(phase="Creating", owner="other"))

    assert resource.misfits(creating) == []
    assert len(resource.misfits(theirs)) == 1


def cluster_resource(run: MigrationRun) -> ClusterResource:
    wanted = definition_with_new_cluster().target.cce_cluster
    assert wanted is not None
    cloud: Any = ScriptedCloud(show_job=NO_JOB)
    return ClusterResource(run, resource_row(**CLUSTER), cloud, wanted)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (SimpleNamespace(status=SimpleNamespace(phase="Failed", reason="no stock")), "no stock"),
        (SimpleNamespace(status=SimpleNamespace(phase="Running", reason="")), None),
        (NO_JOB, None),
    ],
)
def test_a_job_tells_why_it_failed(answer: Any, reason: str | None) -> None:
    cloud: Any = ScriptedCloud(show_job=answer)
    assert failed_job(cloud, "job-1") == reason


@pytest.mark.parametrize(
    ("found", "seen", "is_ready"),
    [
        (pool(active=2), nodes("Active", "Active"), True),
        (pool(active=2), nodes("Active", "Active", pool="id-of-general"), True),
        (pool(active=2), nodes("Active", "Active", pool="id-of-another"), False),
        (pool(active=2), nodes("Active", "Installing"), False),
        (pool("Synchronizing", active=1), nodes("Active", "Active"), False),
    ],
)
def test_a_pool_is_ready_with_all_its_nodes(run: MigrationRun, found: Any, seen: Any, is_ready: bool) -> None:
    assert pool_resource(run, list_nodes=seen).is_ready(found_pool(found)) is is_ready


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        (pool("SoldOut", active=1), ResourceSoldOutError, "CCE cannot make its nodes: sold out"),
        (
            pool(active=1, conditions=[NodePoolCondition(type="ResourceInsufficient", status="True", message="none left")]),
            ResourceSoldOutError,
            "ResourceInsufficient: none left",
        ),
        (pool("Error", active=0), ResourceFailedError, "is Error: CCE gives no reason"),
        (pool("Deleting"), ResourceFailedError, "is Deleting"),
        (
            pool(active=1, conditions=[NodePoolCondition(type="UnexpectedError", status="True", reason="Oops")]),
            ResourceFailedError,
            "UnexpectedError: Oops",
        ),
    ],
)  # fmt: skip
def test_a_pool_that_will_not_come_says_why(
    run: MigrationRun, found: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        pool_resource(run).is_ready(found_pool(found))


@pytest.mark.parametrize(
    ("found", "count", "words"),
    [
        (pool(), 2, []),
        (pool(current=3, active=3), 2, []),
        (pool("Synchronizing", active=0), 2, []),
        (pool(current=1, active=1), 2, ["has 1 of the 2 nodes"]),
        (pool("Error", current=1, active=1), 2, ["is Error", "has 1 of the 2 nodes"]),
    ],
)
def test_a_pool_that_is_there_is_judged_by_its_nodes(found: Any, count: int, words: list[str]) -> None:
    problems = list(pool_misfits(found_pool(found), count))

    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))
