"""What the product orders of RDS, SWR and ELB, from the stand-in that really makes it, whatever befalls the requests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.cloud import Cloud
from include.cloud import cloud as calls
from include.definition import Definition
from include.errors import (
    CloudUnavailableError,
    NeverReadyError,
    PreflightError,
    ResourceFailedError,
    TargetServerMissingError,
)
from include.ledger import Ledger
from include.planning import making
from include.planning.balancer_row import balancer_rows
from include.planning.binding import bound_definition
from include.planning.data_rows import database_rows
from include.planning.instance_rows import instance_rows
from include.planning.making import make_target
from include.planning.model import Plan, save_plan
from include.planning.obstacles import DOCUMENT as FINDINGS
from include.planning.obstacles import find_late_obstacles
from include.planning.organization_row import organization_rows
from include.planning.ownership import is_database_ours, mark_database
from include.planning.preflight import databases, instances, load_balancer, organization
from include.planning.server_presence import are_servers_there
from include.provisioning import made_resources, orders, providing, waiting
from include.run import MigrationRun
from lab.cloud.assembly import Backends
from tests.builders.connections import connections
from tests.builders.definitions import definition

from .conftest import KEY, PROJECT, SECRET, SPARE, Server

PASSWORD = "Orders-of-the-shop-1"
NETWORK = {"vpc": "vpc-1", "subnet": "subnet-1"}
PHASE = "resource_planning"


class Killed(BaseException):
    """Be the end of the process."""


@pytest.fixture(autouse=True)
def _do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(calls, "THROTTLED_CHANGE_SECONDS", 0.01)


@pytest.fixture
def organization_name() -> str:
    return f"team-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def open_run(
    server: Server, behind: Backends, organization_name: str, tmp_path: Path
) -> Callable[..., MigrationRun]:
    """Return what opens a run: its source is the server that is there, its target is to be made."""
    source = behind.database_servers["target-postgres"].open().place

    def opened(run_id: str = "run-1", timeout: float = 10, **create: Any) -> MigrationRun:
        def change(document: dict[str, Any]) -> None:
            rds = {"connection": "huawei_cloud", "instance": "shop-db"}
            rds["create"] = {**NETWORK, "security_group": "group-1", **create}
            document["databases"] = [{**document["databases"][0], "rds": rds}]
            document["databases"][0]["address"].pop("target")
            document["checks"] = []
            document["images"]["target"]["organization"] = organization_name
            document["target"]["load_balancer"] = {
                "class": "performance",
                "name": "shop-elb",
                "connection": "huawei_cloud",
                "create": {**NETWORK, "zones": ["eu-de-01"], "public": True},
            }

        known = connections(
            source_postgres=_server(source.address, source.port, source.password),
            target_postgres=_server("", None, PASSWORD),
            huawei_cloud=_cloud(server.url, timeout),
        )
        chosen: Definition = definition(change)
        return MigrationRun(chosen, Ledger(tmp_path / "ledger", chosen.name, run_id), known, run_id)

    return opened


def _server(host: str, port: int | None, password: str) -> dict[str, Any]:
    return {"conn_type": "postgres", "host": host, "port": port, "login": "root", "password": password}


def _cloud(url: str, timeout: float) -> dict[str, Any]:
    endpoints = dict.fromkeys(("swr", "rds", "elb", "registry"), url)
    extra = {"cloud": "otc", "region": "eu-de", "project_id": PROJECT, "timeout": timeout}
    return {"conn_type": "cce", "login": KEY, "password": SECRET, "extra": {**extra, "endpoints": endpoints}}


def provide(run: MigrationRun, rows: list[Any]) -> None:
    save_plan(run.ledger, Plan(items=rows))
    make_target(run)


def listed(run: MigrationRun, service: str, operation: str, field: str, **asked: Any) -> list[Any]:
    cloud = Cloud(run.connections.cloud("huawei_cloud"))
    return list(getattr(cloud.call(service, operation, **asked), field))


def instances_called_shop(run: MigrationRun) -> list[Any]:
    return listed(run, "rds", "list_instances", "instances", name="shop-db")


def test_an_instance_is_made_with_the_connections_login_and_taken_by_the_next_run(
    open_run: Callable[..., MigrationRun], tmp_path: Path
) -> None:
    run = open_run()
    assert list(instances.find_problems(run)) == []
    assert not are_servers_there(run)
    with pytest.raises(
        TargetServerMissingError, match="does not exist; the phase resource_planning makes it"
    ):
        run.connections.target_database(run.definition.databases[0])
    (row,) = instance_rows(run)
    assert row.details["provide"] == "make"
    create = row.details["create"]
    assert (create["version"], create["flavor"], create["disk_gib"]) == ("15", "rds.pg.c2.large", 40)
    provide(run, [row])

    (found,) = instances_called_shop(run)
    assert [(tag.key, tag.value) for tag in found.tags] == [("cce-migration", run.definition.name)]
    access = run.connections.target_database(run.definition.databases[0])
    assert (access.host, access.port) == (found.private_ips[0], found.port)
    login = {"user": access.user, "password": access.password, "dbname": "postgres"}
    with psycopg.connect(host=access.host, port=access.port, **login) as session:
        assert session.execute("select current_user").fetchone() == ("root",)
    assert [(one.label, one.id) for one in made_resources(run.ledger)] == [("RDS instance shop-db", found.id)]
    assert PASSWORD not in "".join(
        file.read_text() for file in (tmp_path / "ledger").rglob("*") if file.is_file()
    )

    again = open_run("run-2")
    assert are_servers_there(again)
    (row,) = instance_rows(again)
    assert (row.details["provide"], row.details["id"]) == ("take", found.id)
    provide(again, [row])
    item = again.ledger.item(PHASE, "instance/shop-db")
    assert item is not None
    assert (item.action, made_resources(again.ledger)) == ("already_equal", [])


@pytest.mark.parametrize("kind", ["throttled", "broken", "html", "slow"])
def test_an_instance_is_ordered_once_whatever_befalls_the_order(
    open_run: Callable[..., MigrationRun], server: Server, kind: str
) -> None:
    run = open_run()
    rows = instance_rows(run)
    server.fault("rds.create_instance", kind, seconds=0.2 if kind == "slow" else 1)
    provide(run, rows)
    assert [one.status for one in instances_called_shop(run)] == ["ACTIVE"]


def test_an_order_whose_answer_was_lost_is_asked_for_again_by_its_token(
    open_run: Callable[..., MigrationRun], server: Server
) -> None:
    run = open_run()
    rows = instance_rows(run)
    server.fault("rds.create_instance", "slow", seconds=1.5)
    provide(open_run(timeout=0.7), rows)
    assert len(instances_called_shop(run)) == 1


def test_a_process_that_is_killed_between_order_and_record_orders_nothing_twice(
    open_run: Callable[..., MigrationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run()
    (row,) = instance_rows(run)
    note_id = orders.note_id
    cloud = Cloud(run.connections.cloud("huawei_cloud"))
    resource = making.FACTORIES["instance"](run, row, cloud)

    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(providing, "note_id", killed)
    with pytest.raises(Killed):
        providing.provide(run, row, resource)
    monkeypatch.setattr(providing, "note_id", note_id)
    assert [one.id for one in made_resources(run.ledger)] == [None]
    found = providing.provide(run, row, resource)
    assert [one.id for one in instances_called_shop(run)] == [found.id]
    assert [one.id for one in made_resources(run.ledger)] == [found.id]


def test_an_order_that_fails_is_told_with_its_remedy(
    open_run: Callable[..., MigrationRun], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run()
    rows = instance_rows(run)
    server.fault("rds.create_instance", "fails")
    monkeypatch.setattr(waiting.time, "sleep", lambda _: server.put_forward(121))
    with pytest.raises(ResourceFailedError, match=r"RDS instance shop-db .*: is FAILED; .* delete it with"):
        provide(run, rows)
    assert [one.label for one in made_resources(run.ledger)] == ["RDS instance shop-db"]


def test_an_order_that_never_arrives_is_given_up(
    open_run: Callable[..., MigrationRun], server: Server
) -> None:
    run = open_run(longest_minutes=0.01)
    rows = instance_rows(run)
    server.fault("rds.create_instance", "never arrives")
    with pytest.raises(NeverReadyError, match=r"is not ready after .*, last seen: BUILD"):
        provide(run, rows)


@pytest.mark.parametrize(
    ("create", "problem"),
    [
        ({"version": "14"}, "version: 14 of PostgreSQL is not offered; allowed: 15"),
        ({"flavor": "rds.pg.x"}, "flavor: rds.pg.x is not offered without a standby; allowed: rds.pg.c2.2xl"),
        ({"zones": ["eu-de-09"]}, "in eu-de-09; name one: none"),
    ],
)
def test_what_the_cloud_does_not_offer_is_told_before_anything_is_made(
    open_run: Callable[..., MigrationRun], create: dict[str, Any], problem: str
) -> None:
    with pytest.raises(PreflightError) as caught:
        instance_rows(open_run(**create))
    assert problem in caught.value.problems[0]


def test_an_instance_that_does_not_fit_is_left_as_it_is(
    open_run: Callable[..., MigrationRun], behind: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run()
    provide(run, instance_rows(run))
    again = open_run("run-2")
    monkeypatch.setattr("include.planning.instance_needs.server_version", lambda _: (16, 1))
    monkeypatch.setattr("include.planning.instance_needs.database_size", lambda *_: 50 * 2**30)
    problems = list(instances.find_problems(again))
    assert [text.partition(": ")[2].partition(";")[0] for text in problems] == [
        "is of version 15, below the source's 16.1",
        "has a disk of 40 GiB, and shop-orders holds 50 GiB",
    ]


def test_no_more_instances_are_planned_than_the_quota_allows(
    open_run: Callable[..., MigrationRun], behind: Backends
) -> None:
    behind.database_servers[SPARE].make(PASSWORD)
    (problem,) = instances.find_problems(open_run())
    assert problem.startswith("quota of RDS instances: 3 of 3 are used, and 1 more are needed")


@pytest.mark.parametrize("kind", ["throttled", "broken", "html", "slow"])
def test_the_organization_is_made_once_and_taken_by_the_next_run(
    open_run: Callable[..., MigrationRun], server: Server, organization_name: str, kind: str
) -> None:
    run = open_run()
    assert list(organization.find_problems(run)) == []
    rows = organization_rows(run)
    assert rows[0].details["provide"] == "make"
    server.fault("swr.create_namespace", kind, seconds=0.2 if kind == "slow" else 1)
    provide(run, rows)
    names = [one.name for one in listed(run, "swr", "list_namespaces", "namespaces")]
    assert names.count(organization_name) == 1
    (row,) = organization_rows(open_run("run-2"))
    assert row.details["provide"] == "take"


def test_the_load_balancer_is_made_once_and_its_id_is_bound(open_run: Callable[..., MigrationRun]) -> None:
    run = open_run()
    assert list(load_balancer.find_problems(run)) == []
    instance, rows = instance_rows(run), balancer_rows(run)
    assert sorted(rows[0].details["create"]["flavors"]) == ["l4_flavor_id", "l7_flavor_id"]
    provide(run, [*instance, *rows])
    (made,) = listed(run, "elb", "list_load_balancers", "loadbalancers", name=["shop-elb"])
    assert (made.guaranteed, made.vip_subnet_cidr_id, len(made.publicips)) == (True, "subnet-1", 1)
    bound = bound_definition(run)
    assert bound.target.load_balancer is not None
    assert bound.target.load_balancer.id == made.id
    assert bound.databases[0].address is not None
    (found,) = instances_called_shop(run)
    assert bound.databases[0].address.target == f"{found.private_ips[0]}:{found.port}"
    (row,) = balancer_rows(open_run("run-2"))
    assert (row.details["provide"], row.details["id"]) == ("take", made.id)


def test_a_load_balancer_whose_order_was_not_answered_is_found_by_its_name_and_tag(
    open_run: Callable[..., MigrationRun], server: Server
) -> None:
    run = open_run()
    rows = balancer_rows(run)
    server.fault("elb.create_load_balancer", "slow", seconds=1.5)
    with pytest.raises(CloudUnavailableError):
        provide(open_run(timeout=0.5), rows)
    time.sleep(1.5)
    provide(run, rows)
    made = listed(run, "elb", "list_load_balancers", "loadbalancers", name=["shop-elb"])
    assert [one.id for one in made_resources(run.ledger)] == [one.id for one in made]
    assert len(made) == 1


def test_what_asks_the_server_waits_until_it_is_made(
    open_run: Callable[..., MigrationRun], behind: Backends
) -> None:
    source = behind.database_servers["target-postgres"].open()
    source.create_database({"name": "shop"})
    try:
        run = open_run()
        (late,) = database_rows(run)
        assert (late.details["is_late"], late.target) == (
            True,
            "postgresql shop on RDS instance shop-db",
        )
        run.ledger.write(FINDINGS, {"findings": []})
        provide(run, [late, *instance_rows(run)])

        assert list(databases.find_server_problems(run)) == []
        assert find_late_obstacles(run) == 1
        access = run.connections.target_database(run.definition.databases[0])
        mark_database(access, "shop", run.definition.name)
        assert is_database_ours(access, "shop", run.definition.name)
        (known,) = database_rows(open_run("run-2"))
        assert known.details["is_late"] is False
    finally:
        source.drop_database("shop")
