"""What is cut off, refused or broken while the target is made. Each fault is survived, or refused in words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from include.cloud import Cloud
from include.errors import (
    CloudQuotaError,
    CloudUnavailableError,
    NeverReadyError,
    PreflightError,
    ResourceFailedError,
)
from include.planning import make_target
from include.planning.preflight import target_cluster
from include.provisioning import made_resources
from include.run import MigrationRun
from tests.contract.cloud.conftest import Server
from tests.contract.cloud.models import Checked
from tests.orders import cluster_order, order_target

from .product import actions, clusters, fixed, made, plan, pools

PHASE = "resource_planning"
CLUSTER, POOL = "cluster/shop-target", "nodepool/shop-target/general"
OpenRun = Callable[..., MigrationRun]


class Killed(BaseException):
    """Be the end of the process."""


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
