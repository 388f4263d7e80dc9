"""The product orders its target from the cloud, whatever happens on the way. Each fault is survived, or refused in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from huaweicloudsdkcce.v3 import ListClustersRequest, ListNodePoolsRequest

from include.cloud import Cloud
from include.errors import (
    CloudQuotaError,
    CloudUnavailableError,
    NeverReadyError,
    PermanentError,
    PreflightError,
    ResourceFailedError,
    TargetClusterMissingError,
)
from include.ledger.secrets_guard import forget_secrets
from include.planning import check_target, make_target
from include.planning.preflight import target_cluster
from include.planning.target_presence import is_target_complete
from include.provisioning import made_resources, waiting
from include.run import MigrationRun
from lab.cloud.assembly import Backends
from tests.builders.objects import MemoryCluster, make
from tests.orders import cluster_order, order_target

from .conftest import KEY, PROJECT, SECRET, Server
from .models import Checked
from .product import READY, Change, estate, fixed, open_run, plan

PHASE = "resource_planning"
CLUSTER, POOL = "cluster/shop-target", "nodepool/shop-target/general"
OpenRun = Callable[..., MigrationRun]


class Killed(BaseException):
    """Be the end of the process."""


@pytest.fixture(autouse=True)
def _quick_and_empty(monkeypatch: pytest.MonkeyPatch, behind: Backends) -> Iterator[None]:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.05)
    behind.cluster.remove()
    with stamina.set_testing(testing=True, attempts=3, cap=True):
        yield
    behind.cluster.remove()
    forget_secrets()


@pytest.fixture
def open_target_run(tmp_path: Path, server: Server) -> OpenRun:
    def opened(change: Change | None = None, **more: Any) -> MigrationRun:
        extra = {
            "cloud": "otc",
            "region": "eu-de",
            "project_id": PROJECT,
            "endpoints": dict.fromkeys(("cce", "ecs"), server.url),
        }
        cloud = {"conn_type": "cce", "login": KEY, "password": SECRET, "extra": extra}
        return open_run(tmp_path, cloud, change or fixed(), **more)

    return opened


def clusters(cce: Checked) -> list[Any]:
    return list(cce.list_clusters(ListClustersRequest()).items)


def pools(cce: Checked, cluster: Any) -> list[Any]:
    return list(cce.list_node_pools(ListNodePoolsRequest(cluster_id=cluster.metadata.uid)).items)


def made(run: MigrationRun) -> list[str]:
    return [one.label for one in made_resources(run.ledger)]


def actions(run: MigrationRun) -> dict[str, str]:
    return {item.key: item.action for item in run.ledger.items(PHASE)}


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


@pytest.mark.parametrize("operation", ["cce.create_cluster", "cce.create_node_pool"])
def test_a_kill_between_order_and_record_makes_no_second_one(
    open_target_run: OpenRun, cce: Checked, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    run = open_target_run()
    plan(run)
    call = Cloud.call

    def killed(self: Cloud, service: Any, method: str, **fields: Any) -> Any:
        answer = call(self, service, method, **fields)
        if f"{service}.{method}" == operation:
            raise Killed
        return answer

    monkeypatch.setattr(Cloud, "call", killed)
    with pytest.raises(Killed):
        make_target(run)
    monkeypatch.setattr(Cloud, "call", call)

    make_target(run)

    (cluster,) = clusters(cce)
    assert len(pools(cce, cluster)) == 1
    assert actions(run) == {CLUSTER: "copied", POOL: "copied"}
    assert [one.id for one in made_resources(run.ledger)] == [
        cluster.metadata.uid,
        pools(cce, cluster)[0].metadata.uid,
    ]


def test_two_tries_at_once_make_one_target(open_target_run: OpenRun, cce: Checked) -> None:
    run = open_target_run()
    plan(run)
    failed: list[BaseException] = []

    def attempt() -> None:
        try:
            make_target(run)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    (cluster,) = clusters(cce)
    assert len(pools(cce, cluster)) == 1
    assert made(run) == ["cluster shop-target", "node pool general"]


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


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("cce.list_clusters", "throttled"),
        ("cce.list_clusters", "broken"),
        ("cce.list_clusters", "html"),
        ("cce.list_clusters", "slow"),
        ("cce.create_cluster", "throttled"),
        ("cce.create_node_pool", "throttled"),
        ("cce.list_node_pools", "broken"),
        ("cce.list_nodes", "html"),
        ("cce.show_job", "broken"),
        ("cce.create_kubernetes_cluster_cert", "throttled"),
        ("cce.create_kubernetes_cluster_cert", "broken"),
        ("ecs.list_flavors", "throttled"),
        ("ecs.show_server_limits", "broken"),
    ],
)
def test_faults_that_pass_are_survived(
    open_target_run: OpenRun, server: Server, cce: Checked, operation: str, kind: str
) -> None:
    run = open_target_run()
    server.fault(operation, kind, calls=1, seconds=0)
    plan(run)
    make_target(run)

    assert len(run.target.get("/api/v1/nodes")["items"]) == 2
    assert len(clusters(cce)) == 1


@pytest.mark.parametrize("operation", ["cce.create_cluster", "cce.create_node_pool"])
@pytest.mark.parametrize("kind", ["broken", "html"])
def test_an_order_without_an_answer_is_left_to_the_next_try(
    open_target_run: OpenRun, server: Server, cce: Checked, operation: str, kind: str
) -> None:
    run = open_target_run()
    plan(run)
    server.fault(operation, kind)
    with pytest.raises(CloudUnavailableError):
        make_target(run)

    make_target(run)

    assert len(clusters(cce)) == 1
    assert actions(run) == {CLUSTER: "copied", POOL: "copied"}


@pytest.mark.parametrize("operation", ["cce.create_cluster", "cce.create_node_pool"])
def test_a_job_that_fails_is_told_with_its_reason(
    open_target_run: OpenRun, server: Server, operation: str
) -> None:
    run = open_target_run()
    plan(run)
    server.fault(operation, "fails")
    with pytest.raises(
        ResourceFailedError, match=r"is Error: The resources could not be created\.; mend the cause"
    ) as caught:
        make_target(run)

    assert made_resources(run.ledger)[-1].label.split()[-1] == caught.value.resource.rpartition("/")[2]


@pytest.mark.parametrize(
    ("operation", "state"), [("cce.create_cluster", "Creating"), ("cce.create_node_pool", "Synchronizing")]
)
def test_a_state_that_never_arrives_is_given_up_in_time(
    open_target_run: OpenRun, server: Server, operation: str, state: str
) -> None:
    def impatient(cluster: dict[str, Any]) -> None:
        fixed()(cluster)
        cluster["create"]["longest_minutes"] = 0.02

    run = open_target_run(impatient)
    plan(run)
    server.fault(operation, "never arrives")
    with pytest.raises(NeverReadyError, match=f"last seen: {state}; .*delete it with the console of CCE"):
        make_target(run)


def test_a_cluster_that_failed_is_a_misfit_of_the_next_run(open_target_run: OpenRun, server: Server) -> None:
    first = open_target_run()
    plan(first)
    server.fault("cce.create_cluster", "fails")
    with pytest.raises(ResourceFailedError):
        make_target(first)

    second = open_target_run(run_id="two")
    (problem,) = target_cluster.find_problems(second)
    assert "is Error, not Available" in problem
    with pytest.raises(PreflightError, match="is Error, not Available"):
        plan(second)


def test_a_quota_that_somebody_else_uses_up_after_the_plan_is_told(
    open_target_run: OpenRun, cce: Checked
) -> None:
    run = open_target_run()
    plan(run)
    cce.create_cluster(cluster_order("somebody-elses"))
    with pytest.raises(CloudQuotaError, match=r"CCE\.01400007 Insufficient cluster quota"):
        make_target(run)

    assert made(run) == []


def test_a_cluster_of_this_name_that_somebody_makes_after_the_plan_is_judged(
    open_target_run: OpenRun, cce: Checked
) -> None:
    run = open_target_run()
    plan(run)
    order_target(cce, "shop-target")
    with pytest.raises(PreflightError, match="vpc"):
        make_target(run)

    assert made(run) == []


def test_checks_of_a_target_that_was_there_are_not_repeated(open_target_run: OpenRun) -> None:
    run = open_target_run()
    run.ledger.write("preflight", {"waiting_for_target": []})
    assert check_target(run) == 0
