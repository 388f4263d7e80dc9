"""The product plans its target, and orders it from the cloud or takes what is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.cloud import Cloud
from include.errors import (
    PermanentError,
    PreflightError,
    TargetClusterMissingError,
)
from include.planning import check_target, make_target
from include.planning.preflight import target_cluster
from include.planning.target_presence import is_target_complete
from include.run import MigrationRun
from lab.cloud.assembly import Backends
from lab.cloud.vpc import VPC_ID
from tests.builders.objects import MemoryCluster, make
from tests.contract.cloud.models import Checked
from tests.orders import order_target

from .product import READY, actions, clusters, estate, fixed, made, plan, pools

PHASE = "resource_planning"
CLUSTER, POOL = "cluster/shop-target", "nodepool/shop-target/general"
OpenRun = Callable[..., MigrationRun]


class Killed(BaseException):
    """Be the end of the process."""


def test_a_target_is_made_from_nothing_as_planned(open_target_run: OpenRun, cce: Checked) -> None:
    run = open_target_run()
    rows = {row.key: row.details for row in plan(run)}
    assert {key: details["provide"] for key, details in rows.items()} == {CLUSTER: "make", POOL: "make"}
    assert not is_target_complete(run)

    assert make_target(run) == {"made": 2, "taken": 0}

    (cluster,) = clusters(cce)
    assert (cluster.metadata.name, cluster.status.phase) == ("shop-target", "Available")
    assert {tag.key: tag.value for tag in cluster.spec.cluster_tags} == {"cce-migration": "lab"}
    (pool,) = pools(cce, cluster)
    assert (pool.status.active_node, pool.spec.node_template.flavor) == (2, "s3.large.2")
    assert pool.spec.node_template.k8s_tags["cce-migration"] == "lab"
    assert actions(run) == {CLUSTER: "copied", POOL: "copied"}
    assert all(proof.equal for proof in run.ledger.proofs(PHASE).values())
    assert made(run) == ["cluster shop-target", "node pool general"]


def test_a_target_that_was_made_is_reached_without_a_kubeconfig(
    open_target_run: OpenRun, behind: Backends
) -> None:
    run = open_target_run()
    with pytest.raises(TargetClusterMissingError, match="once the plan is approved"):
        run.target.get("/api/v1/nodes")
    plan(run)
    make_target(run)

    nodes = run.target.get("/api/v1/nodes")["items"]

    assert [node["metadata"]["name"] for node in nodes] == ["target-node-1", "target-node-2"]
    key = behind.cluster.document()["users"][0]["user"]["client-key-data"]
    written = [path for path in Path(str(run.ledger.folder)).rglob("*.json") if key in path.read_text()]
    assert written == []
    with pytest.raises(PermanentError, match="would carry a secret"):
        run.ledger.write("note", {"key": key})


def test_the_external_address_is_taken_when_it_is_asked_for_and_warned_of(
    open_target_run: OpenRun, cce: Checked, caplog: pytest.LogCaptureFixture
) -> None:
    order_target(cce, "shop-target")

    def external(cluster: dict[str, Any]) -> None:
        fixed()(cluster)
        cluster["endpoint"] = "external"

    run = open_target_run(external)
    for _ in range(2):
        assert len(run.target.get("/api/v1/nodes")["items"]) == 2

    warnings = [record.message for record in caplog.records if "insecure-skip-tls-verify" in record.message]
    assert len(warnings) == 1


def test_what_is_left_out_is_sized_from_what_the_cloud_offers(open_target_run: OpenRun, cce: Checked) -> None:
    def open_to_choice(cluster: dict[str, Any]) -> None:
        fixed()(cluster)
        cluster["create"].pop("flavor")
        cluster["create"]["nodes"] = {"ssh_key": "operator"}

    run = open_target_run(open_to_choice)
    rows = {row.key: row.details for row in plan(run)}

    assert rows[CLUSTER]["flavor"] == "cce.s2.small"
    assert rows[CLUSTER]["version"] in {None, "v1.34"}
    chosen = [details for key, details in rows.items() if key.startswith("nodepool/")]
    assert {details["zone"] for details in chosen} <= {"eu-de-01", "eu-de-02", "eu-de-03"}
    assert sum(details["count"] for details in chosen) >= 2
    make_target(run)
    (cluster,) = clusters(cce)
    assert sum(pool.status.active_node for pool in pools(cce, cluster)) == sum(
        details["count"] for details in chosen
    )


def test_an_existing_target_is_taken_as_it_is(open_target_run: OpenRun, cce: Checked) -> None:
    order_target(cce, "shop-target")
    run = open_target_run(lambda cluster: cluster.pop("create"))

    (row,) = plan(run)

    assert (row.details["provide"], row.details["version"]) == ("take", "v1.34")
    assert make_target(run) == {"made": 0, "taken": 1}
    assert actions(run) == {CLUSTER: "already_equal"}
    assert made(run) == []


def test_all_misfits_of_an_existing_target_are_told_at_once(open_target_run: OpenRun, cce: Checked) -> None:
    order_target(cce, "shop-target")
    objects = estate()
    objects[3]["spec"]["podCIDR"] = "198.19.128.0/20"

    def turbo(cluster: dict[str, Any]) -> None:
        cluster["create"].update(category="Turbo", container_subnets=["one"], vpc="another")

    run = open_target_run(turbo, objects=objects)
    with pytest.raises(PreflightError) as caught:
        plan(run)

    told = "\n".join(caught.value.problems)
    assert "its range of pods, 198.19.128.0/18, holds addresses of the source (198.19.128.0/20)" in told
    assert "has category CCE, and target.cluster.create.category says Turbo" in told
    assert "target.cluster.create.vpc says another" in told


def test_a_target_that_is_neither_there_nor_to_be_made_is_refused_before_the_plan(
    open_target_run: OpenRun,
) -> None:
    run = open_target_run(lambda cluster: cluster.pop("create"))

    (problem,) = target_cluster.find_problems(run)

    assert problem.startswith("target.cluster.name: there is no cluster shop-target (connection huawei_cloud")
    with pytest.raises(PreflightError, match=r"say under target\.cluster\.create how it is made"):
        plan(run)


def test_an_exceeded_quota_of_clusters_is_told_before_the_plan_with_what_is_used(
    open_target_run: OpenRun, cce: Checked
) -> None:
    order_target(cce, "somebody-elses")

    (problem,) = target_cluster.find_problems(open_target_run())

    assert "quota of CCE clusters: 1 of 1 are used, and 1 more are needed; raise the quota" in problem


def test_a_network_that_is_not_there_is_told_before_the_plan(open_target_run: OpenRun) -> None:
    run = open_target_run(lambda cluster: cluster["create"].update(vpc="nowhere"))
    found = list(target_cluster.find_problems(run))
    assert len(found) == 2
    assert "target.cluster.create.vpc: there is no VPC nowhere (connection huawei_cloud" in found[0]
    assert f"belongs to VPC {VPC_ID}; name a subnet of nowhere" in found[1]


def test_an_exceeded_quota_of_servers_is_told_with_the_plan(open_target_run: OpenRun) -> None:
    with pytest.raises(PreflightError) as caught:
        plan(open_target_run(fixed(count=4)))

    assert any(
        "quota of ECS instances: 0 of 3 are used, and 4 more are needed" in one
        for one in caught.value.problems
    )


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ({"zones": ["eu-de-07"]}, "no node is offered in eu-de-07; there are: eu-de-01, eu-de-02, eu-de-03"),
        ({"flavor": "s9.large.2"}, "s9.large.2 is not offered in eu-de-01; there are: s3.large.2"),
    ],
)
def test_nodes_that_are_not_offered_are_refused_before_the_plan(
    open_target_run: OpenRun, nodes: dict[str, Any], words: str
) -> None:
    (problem,) = target_cluster.find_problems(open_target_run(fixed(**nodes)))

    assert words in problem


def test_a_cluster_flavor_that_is_sold_out_is_refused_with_the_plan(open_target_run: OpenRun) -> None:
    def sold_out(cluster: dict[str, Any]) -> None:
        fixed()(cluster)
        cluster["create"]["flavor"] = "cce.s2.xlarge"

    with pytest.raises(PreflightError, match=r"cce\.s2\.xlarge is sold out"):
        plan(open_target_run(sold_out))


def test_nodes_that_do_not_hold_the_pods_are_refused_with_the_plan(open_target_run: OpenRun) -> None:
    run = open_target_run(fixed(count=1), objects=estate(cpu="900m", replicas=4))
    with pytest.raises(PreflightError, match=r"1 node of s3\.large\.2 .* do not hold .*raise count"):
        plan(run)


def test_an_older_version_than_the_sources_is_refused_with_the_plan(open_target_run: OpenRun) -> None:
    def old(cluster: dict[str, Any]) -> None:
        fixed()(cluster)
        cluster["create"]["version"] = "v1.10"

    with pytest.raises(PreflightError, match=r"v1\.10 is older than the source's"):
        plan(open_target_run(old))


def test_a_later_run_completes_what_an_earlier_one_left_half_made(
    open_target_run: OpenRun, cce: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_target_run()
    plan(first)
    call = Cloud.call

    def killed(self: Cloud, service: Any, method: str, **fields: Any) -> Any:
        if method == "create_node_pool":
            raise Killed
        return call(self, service, method, **fields)

    monkeypatch.setattr(Cloud, "call", killed)
    with pytest.raises(Killed):
        make_target(first)
    monkeypatch.setattr(Cloud, "call", call)

    second = open_target_run(run_id="two")
    rows = {row.key: row.details["provide"] for row in plan(second)}
    assert rows == {CLUSTER: "take", POOL: "make"}
    make_target(second)

    assert len(clusters(cce)) == 1
    assert made(second) == ["node pool general"]


def test_a_later_run_takes_what_an_earlier_one_made(open_target_run: OpenRun) -> None:
    first = open_target_run()
    plan(first)
    make_target(first)
    second = open_target_run(run_id="two")
    nodes = [make("v1", "Node", f"n{number}", status=READY) for number in (1, 2)]
    second.__dict__["target"] = MemoryCluster("target", *nodes)

    assert is_target_complete(second)
    assert [row.key for row in plan(second)] == [CLUSTER]
    assert make_target(second) == {"made": 0, "taken": 1}
    assert made(second) == []


def test_a_pool_of_our_own_that_is_too_small_is_a_misfit_and_never_scaled(
    open_target_run: OpenRun, cce: Checked
) -> None:
    first = open_target_run()
    plan(first)
    make_target(first)
    second = open_target_run(fixed(count=3), run_id="two")
    second.__dict__["target"] = MemoryCluster("target")
    with pytest.raises(PreflightError) as caught:
        plan(second)

    assert any("has 2 of the 3 nodes that are needed; scale it to 3" in one for one in caught.value.problems)
    (cluster,) = clusters(cce)
    assert pools(cce, cluster)[0].spec.initial_node_count == 2


def test_checks_of_a_target_that_was_there_are_not_repeated(open_target_run: OpenRun) -> None:
    run = open_target_run()
    run.ledger.write("preflight", {"waiting_for_target": []})
    assert check_target(run) == 0
