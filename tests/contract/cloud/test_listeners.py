"""The product moves the listeners of a load balancer that customers use, under their requests, and back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.balancers import health, read_listener
from include.cloud import Cloud
from include.cutover import is_traffic_on_target, listener_door
from include.cutover.switching import switch_back, switch_traffic
from include.cutover.target_members import target_members
from include.errors import MigrationError, PermanentError, ProofError, WaitTimeoutError
from include.planning.preflight.listeners import find_problems
from include.run import MigrationRun
from tests.builders.objects import make

from .answering import Answering, answering
from .conftest import Server
from .front_elb import Customers, FrontElb, service

READS = ("show_", "list_")


class Killed(BaseException):
    """Be the end of the process."""


@pytest.fixture
def source() -> Generator[Answering]:
    with answering("source") as served:
        yield served


@pytest.fixture
def target() -> Generator[Answering]:
    with answering("target") as served:
        yield served


@pytest.fixture
def front(server: Server, source: Answering) -> FrontElb:
    return FrontElb(server, source).make()


@pytest.fixture
def run(front: FrontElb, target: Answering, tmp_path: Path) -> MigrationRun:
    return front.run(tmp_path / "ledger", target)


def test_customers_are_moved_and_brought_back_without_a_failed_request(
    front: FrontElb, run: MigrationRun
) -> None:
    with Customers(front.urls[0]) as customers:
        customers.mark("on the source")
        assert not is_traffic_on_target(run)
        customers.mark("while it switches")
        switch_traffic(run)
        customers.mark("on the target")
        assert is_traffic_on_target(run)
        customers.mark("while it switches back")
        switch_back(run)
        customers.mark("back")
    seen = customers.seen
    assert set(seen["on the source"]) == {"source"}
    assert set(seen["while it switches"]) <= {"source", "target"}
    assert set(seen["on the target"]) == {"target"}
    assert set(seen["back"]) == {"source"}
    failed = {moment: answers for moment, answers in seen.items() if any("failed" in one for one in answers)}
    assert failed == {}
    assert not is_traffic_on_target(run)
    assert front.led_to() == front.pools


def test_with_one_writer_customers_wait_from_the_stop_of_the_source_until_the_switch(
    front: FrontElb, run: MigrationRun, source: Answering
) -> None:
    with Customers(front.urls[0]) as customers:
        customers.mark("on the source")
        source.shutdown()
        source.server_close()
        customers.mark("nobody writes")
        customers.mark("while it switches")
        switch_traffic(run)
        customers.mark("on the target")
    assert set(customers.seen["on the source"]) == {"source"}
    assert {one.split()[0] for one in customers.seen["nobody writes"]} == {"failed"}
    assert set(customers.seen["on the target"]) == {"target"}


def test_the_switch_is_proved_by_elb_and_tells_which_pool_it_keeps(
    front: FrontElb, run: MigrationRun, target: Answering
) -> None:
    switch_traffic(run)
    (key,) = run.ledger.proofs("cutover")
    proof, item = run.ledger.proofs("cutover")[key], run.ledger.item("cutover", key)
    (pool,) = front.led_to()
    member = f"{target.place[0]}:{target.place[1]}"
    assert proof.equal
    assert proof.target == [f"listener {front.listeners[0]} -> pool {pool}", f"member {member} ONLINE"]
    assert item is not None
    assert item.note == f"kept for the way back, delete after the retirement: ELB pool {front.pools[0]}"
    document = run.ledger.read("cutover/endpoint")
    assert document["before"] == [{"listener": front.listeners[0], "pool": front.pools[0]}]


def test_the_new_pool_is_like_the_old_one_and_checked_as_it_was(front: FrontElb, run: MigrationRun) -> None:
    switch_traffic(run)
    pool = front.cloud.call("elb", "show_pool", pool_id=front.led_to()[0]).pool
    assert (pool.protocol, pool.lb_algorithm) == ("HTTP", "LEAST_CONNECTIONS")
    check = front.cloud.call("elb", "show_health_monitor", healthmonitor_id=pool.healthmonitor_id)
    assert (check.healthmonitor.type, check.healthmonitor.url_path) == ("HTTP", "/healthz")


def test_a_second_switch_changes_nothing(front: FrontElb, run: MigrationRun) -> None:
    switch_traffic(run)
    led_to = front.led_to()
    switch_traffic(run)
    assert front.led_to() == led_to
    assert run.ledger.read("cutover/endpoint")["before"][0]["pool"] == front.pools[0]
    (item,) = run.ledger.items("cutover")
    assert item.action == "already_equal"


def killing(monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool) -> list[str]:
    """Kill the process at its change of this number, before or after the cloud has made it; return the changes."""
    changes: list[str] = []
    real = Cloud.call

    def call(cloud: Cloud, service: Any, operation: str, **fields: Any) -> Any:
        if operation.startswith(READS):
            return real(cloud, service, operation, **fields)
        changes.append(operation)
        if len(changes) != number:
            return real(cloud, service, operation, **fields)
        if after:
            real(cloud, service, operation, **fields)
        raise Killed

    monkeypatch.setattr(Cloud, "call", call)
    return changes


# two listeners: a pool, a health check and a member each, and both moves last
CHANGES = [*["create_pool", "create_health_monitor", "create_member"] * 2, *["update_listener"] * 2]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, len(CHANGES) + 1))
def test_killed_at_any_change_it_is_gone_on_with_or_undone(
    server: Server,
    source: Answering,
    target: Answering,
    tmp_path: Path,
    number: int,
    after: bool,
) -> None:
    front = FrontElb(server, source).make(count=2)
    run = front.run(tmp_path / "ledger", target)
    with pytest.MonkeyPatch.context() as patch:
        killing(patch, number, after=after)
        with pytest.raises(Killed):
            switch_traffic(run)
    switch_traffic(run)
    assert front.say() == ["target", "target"]
    assert [one["pool"] for one in run.ledger.read("cutover/endpoint")["before"]] == front.pools
    switch_back(run)
    assert front.led_to() == front.pools
    made = front.cloud.call("elb", "list_pools").pools
    assert sorted(len(one.members) for one in made) == [1] * 4


def test_there_are_as_many_changes_as_are_killed_at(
    server: Server, source: Answering, target: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = FrontElb(server, source).make(count=2)
    run = front.run(tmp_path / "ledger", target)
    changes = killing(monkeypatch, 0, after=False)
    switch_traffic(run)
    assert changes == CHANGES


def test_a_listener_that_was_moved_by_a_killed_try_is_not_all_of_the_traffic(
    server: Server, source: Answering, target: Answering, tmp_path: Path
) -> None:
    front = FrontElb(server, source).make(count=2)
    run = front.run(tmp_path / "ledger", target)
    with pytest.MonkeyPatch.context() as patch:
        killing(patch, len(CHANGES), after=False)
        with pytest.raises(Killed):
            switch_traffic(run)
    assert front.say() == ["target", "source"]
    assert not is_traffic_on_target(run)
    switch_back(run)
    assert front.say() == ["source", "source"]


def test_another_run_knows_the_way_back_without_the_ledger(
    front: FrontElb, run: MigrationRun, target: Answering, tmp_path: Path
) -> None:
    switch_traffic(run)
    other = front.run(tmp_path / "another ledger", target)
    assert is_traffic_on_target(other)
    switch_back(other)
    assert front.led_to() == front.pools


def test_nobody_is_led_to_members_that_are_not_well(
    front: FrontElb, run: MigrationRun, target: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ONLINE_SECONDS", 1.0)
    target.status = 500
    with pytest.raises(
        WaitTimeoutError, match=rf"{target.place[0]}:{target.place[1]} OFFLINE.*security groups"
    ):
        switch_traffic(run)
    assert front.led_to() == front.pools
    assert not run.ledger.exists("cutover/endpoint")


def test_members_whose_health_elb_tells_only_behind_a_listener_are_not_waited_for_but_proved(
    front: FrontElb, run: MigrationRun, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "NOTHING_KNOWN_SECONDS", 0.2)
    monkeypatch.setattr(listener_door, "SEEN_SECONDS", 0.2)
    server.fault("elb.create_member", "never arrives")
    with pytest.raises(ProofError, match="INITIAL"):
        switch_traffic(run)
    assert front.led_to() != front.pools
    switch_back(run)
    assert front.led_to() == front.pools


@pytest.mark.parametrize("kind", ["throttled", "broken", "html"])
def test_a_cloud_that_is_busy_is_asked_again(
    front: FrontElb, run: MigrationRun, server: Server, kind: str
) -> None:
    server.fault("elb.list_members", kind, calls=1, seconds=1)
    server.fault("elb.show_listener", kind, calls=1, seconds=1)
    switch_traffic(run)
    assert front.say() == ["target"]


def test_members_of_a_former_target_go(front: FrontElb, run: MigrationRun, target: Answering) -> None:
    switch_traffic(run)
    switch_back(run)
    with answering("another") as another:
        place = another.place
        door = service(place[0], target.place[1])
        door["spec"]["ports"][0]["port"] = place[1]
        run.__dict__["target"].objects.clear()
        run.__dict__["target"].create(door)
        run.definition.front_door.elb.listeners[0].__dict__["service_port"] = place[1]  # type: ignore[union-attr]
        switch_traffic(run)
        assert front.say() == ["another"]
        members = front.cloud.call("elb", "list_members", pool_id=front.led_to()[0]).members
        assert [one.protocol_port for one in members] == [place[1]]


def node(name: str, address: str, *, ready: bool = True) -> dict[str, Any]:
    status = {
        "addresses": [{"type": "InternalIP", "address": address}],
        "conditions": [{"type": "Ready", "status": str(ready)}],
    }
    return make("v1", "Node", name, namespace=None, status=status)


def test_nodes_with_the_node_port_become_members(front: FrontElb, target: Answering, tmp_path: Path) -> None:
    run = front.run(tmp_path / "nodes", target, members="nodes")
    for one in (node("a", target.place[0]), node("b", "127.0.0.2", ready=False)):
        run.__dict__["target"].create(one)
    switch_traffic(run)
    assert front.say() == ["target"]


def test_a_public_or_named_address_is_no_member(front: FrontElb, target: Answering, tmp_path: Path) -> None:
    run = front.run(tmp_path / "public", target)
    run.__dict__["target"].objects.clear()
    run.__dict__["target"].create(service("80.158.1.1", target.place[1]))
    with pytest.raises(PermanentError, match=r"no private IPv4 address \(80.158.1.1\)"):
        switch_traffic(run)


def test_a_front_door_that_fits_has_no_problems(run: MigrationRun) -> None:
    assert list(find_problems(run)) == []


def policy(front: FrontElb) -> None:
    wanted = {
        "action": "REDIRECT_TO_POOL",
        "listener_id": front.listeners[0],
        "redirect_pool_id": front.pools[0],
        "name": "api",
    }
    front.cloud.call("elb", "create_l7_policy", body={"l7policy": wanted})


def no_pool(front: FrontElb) -> None:
    body = {"listener": {"protocol": "TCP", "protocol_port": 81, "loadbalancer_id": front.balancer.id}}
    front.listeners = [front.cloud.call("elb", "create_listener", body=body).listener.id]


def unknown(front: FrontElb) -> None:
    front.listeners = ["no-such-listener"]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (policy, "front_door.elb.listeners[0]: listener {} has the forwarding policy api"),
        (no_pool, "front_door.elb.listeners[0]: listener {} has no default pool"),
        (unknown, "front_door.elb.listeners[0]: elb show_listener"),
    ],
)
def test_what_keeps_a_listener_from_being_moved_is_told(
    front: FrontElb, target: Answering, tmp_path: Path, spoil: Callable[[FrontElb], None], problem: str
) -> None:
    spoil(front)
    (told,) = find_problems(front.run(tmp_path / "spoiled", target))
    assert told.startswith(problem.format(front.listeners[0]))


def test_a_port_that_the_service_lacks_is_told(front: FrontElb, target: Answering, tmp_path: Path) -> None:
    run = front.run(tmp_path / "port", target, listeners=[{"id": front.listeners[0], "service_port": 7}])
    (told,) = find_problems(run)
    assert f"has no port 7 for listener {front.listeners[0]}, only {target.place[1]}" in told


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"ip_target_enable": False}, "takes no members by IP"),
        ({"guaranteed": False}, "is a shared one"),
    ],
)
def test_a_load_balancer_that_cannot_reach_the_target_is_told(
    server: Server, target: Answering, tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    front = FrontElb(server, target)
    front.make(count=0, **changed)
    body = {
        "listener": {"protocol": "TCP", "protocol_port": 82, "loadbalancer_id": front.balancer.id},
    }
    front.listeners = [front.cloud.call("elb", "create_listener", body=body).listener.id]
    told = list(find_problems(front.run(tmp_path / "balancer", target)))
    assert any(f"load balancer {front.balancer.id} {problem}" in one for one in told)


def test_a_right_that_is_missing_is_found_before_anything_is_touched(
    front: FrontElb, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Cloud.call

    def refused(cloud: Cloud, service: Any, operation: str, **fields: Any) -> Any:
        if operation == "update_listener":
            assert "default_pool_id" not in fields["body"]["listener"]
            fields["listener_id"] = "somebody-else-s"
        return real(cloud, service, operation, **fields)

    monkeypatch.setattr(Cloud, "call", refused)
    (told,) = find_problems(run)
    assert told.startswith("front_door.elb.listeners[0]: elb update_listener")


def test_a_rehearsal_makes_and_moves_nothing(front: FrontElb, run: MigrationRun) -> None:
    rehearsal = MigrationRun(run.definition, run.ledger, run.connections, run.run_id, is_rehearsal=True)
    rehearsal.__dict__.update(source=run.source, target=run.target)
    with pytest.raises(MigrationError, match="rehearsal"):
        switch_traffic(rehearsal)
    assert front.led_to() == front.pools
    assert len(front.cloud.call("elb", "list_pools").pools) == 1


def test_the_members_are_the_private_address_and_the_port_of_the_service(
    front: FrontElb, run: MigrationRun, target: Answering
) -> None:
    settings = run.definition.front_door.elb
    assert settings is not None
    listener = read_listener(front.cloud, front.listeners[0])
    (member,) = target_members(run, settings, settings.listeners[0], listener)
    assert str(member) == f"{target.place[0]}:{target.place[1]}"


def test_a_request_in_flight_at_the_switch_gets_its_answer_from_where_it_went(
    front: FrontElb, run: MigrationRun, source: Answering
) -> None:
    source.was_asked.clear()
    source.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, front.urls[0], timeout=30, trust_env=False)
        assert source.was_asked.wait(30)
        switch_traffic(run)
        assert front.say() == ["target"]
        source.may_answer.set()
        assert asked.result().text == "source"
