"""What planning leaves open until instances and the load balancer are there, and what it checks before."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from include.connections import DatabaseAccess
from include.definition import Definition
from include.errors import PermanentError, PreflightError
from include.inventory.late_addresses import complete_secrets
from include.inventory.moved_addresses import moves_of
from include.inventory.secrecy import hide_secret, keyed_hash
from include.inventory.store import load_inventory, save_inventory
from include.planning import obstacles, preflight_checks
from include.planning.binding import bound_definition, planning_run
from include.planning.digest import plan_digest
from include.planning.model import Plan, save_plan
from include.planning.preflight import instances
from include.planning.preflight.instances import password_problems
from include.provisioning.orders import note_provided
from include.run import MigrationRun
from tests.builders.connections import connection_documents, connections
from tests.builders.definitions import definition, with_services
from tests.builders.objects import MemoryCluster, inventory, make
from tests.builders.resources import resource_row
from tests.builders.runs import run as lab_run

ADDRESS = DatabaseAccess("postgresql", "10.0.0.5", 5432, "root", "a-password-of-the-tests")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    made = lab_run(tmp_path, definition=definition(with_services))
    monkeypatch.setattr(made.connections, "target_database", lambda _: ADDRESS)
    return made


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("Sesame-open-1", True),
        ("sesame-open-1", True),
        ("Sesameopen1", True),
        ("sesameopen1", False),
        ("Sesa-1", False),
        ("Sesame-open-1" * 3, False),
        ("Sesame open 1", False),
        ("Sesame'open-1", False),
    ],
)
def test_passwords_are_those_that_rds_takes(password: str, is_taken: bool) -> None:
    problems = password_problems(password)
    assert (problems == []) is is_taken
    assert password not in str(problems)


def test_login_and_password_of_an_instance_are_checked_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "instance_rows", lambda _: [])
    document = {**connection_documents()["target_postgres"], "login": "admin", "password": "short"}
    run = lab_run(
        tmp_path, definition=definition(with_services), connections=connections(target_postgres=document)
    )
    problems = list(instances.find_problems(run))
    place = "connection target_postgres (databases.shop-orders.target): "
    assert [text.removeprefix(place).partition(",")[0].partition(";")[0] for text in problems] == [
        "its login is admin",
        "RDS refuses its password",
    ]


def test_ids_and_addresses_are_bound_once_they_are_known(run: MigrationRun) -> None:
    save_plan(run.ledger, Plan(items=[resource_row("balancer/shop-elb")]))
    with pytest.raises(PermanentError, match="load balancer shop-elb: is not made yet"):
        bound_definition(run)
    note_provided(run.ledger, "balancer/shop-elb", "elb-1")
    bound = bound_definition(run)
    assert bound.target.load_balancer is not None
    assert bound.target.load_balancer.id == "elb-1"
    assert targets(bound)["shop-orders"] == "10.0.0.5:5432"
    assert targets(bound)["warehouse-stock"] == "mariadb.rds.lab:3306"


def targets(bound: Definition) -> dict[str, str]:
    return {one.name: one.address_after for one in bound.moved_entries}


def test_a_load_balancer_that_is_taken_is_bound_as_planned(run: MigrationRun) -> None:
    save_plan(run.ledger, Plan(items=[resource_row("balancer/shop-elb", "take", id="elb-0")]))
    bound = bound_definition(run)
    assert bound.target.load_balancer is not None
    assert bound.target.load_balancer.id == "elb-0"


def test_planning_counts_with_something_as_long_as_what_will_be_known(run: MigrationRun) -> None:
    bound = bound_definition(planning_run(run))
    assert bound.target.load_balancer is not None
    assert len(str(bound.target.load_balancer.id)) == 36
    assert targets(bound)["shop-orders"] == "255.255.255.255:65535"


def secret(value: str) -> dict[str, Any]:
    return make("v1", "Secret", "db", data={"url": base64.b64encode(value.encode()).decode()})


def inventoried(run: MigrationRun, obj: dict[str, Any]) -> None:
    hidden = hide_secret(obj, moves_of(run.definition), run.secrets_key)
    save_inventory(run.ledger, inventory(hidden, namespaces=["shop"], registries=[]))


@pytest.mark.parametrize("address", ["pg.source.lab:5432", "pg.source.lab"])
def test_secrets_are_hashed_with_the_address_once_it_is_known(run: MigrationRun, address: str) -> None:
    obj = secret(f"postgres://u:p@{address}/shop")
    inventoried(run, obj)
    (kept,) = load_inventory(run.ledger).objects("Secret")
    assert kept["data"]["url"]["addresses"] == ["shop-orders"]
    assert "adapted_sha256" not in kept["data"]["url"]
    run.__dict__["source"] = MemoryCluster("source", obj)
    note_provided(run.ledger, "balancer/shop-elb", "elb-1")
    save_plan(run.ledger, Plan(items=[]))
    approved = plan_digest(run.ledger)

    assert complete_secrets(run, bound_definition(run)) == 1
    (kept,) = load_inventory(run.ledger).objects("Secret")
    adapted = f"postgres://u:p@{address.replace('pg.source.lab', '10.0.0.5')}/shop"
    assert kept["data"]["url"]["adapted_sha256"] == keyed_hash(run.secrets_key, adapted.encode())
    assert complete_secrets(run, bound_definition(run)) == 0
    assert plan_digest(run.ledger) == approved


def test_a_secret_that_changed_since_the_inventory_is_refused(run: MigrationRun) -> None:
    inventoried(run, secret("postgres://u:p@pg.source.lab:5432/shop"))
    run.__dict__["source"] = MemoryCluster("source", secret("postgres://u:new@pg.source.lab:5432/shop"))
    note_provided(run.ledger, "balancer/shop-elb", "elb-1")
    with pytest.raises(PreflightError, match="Secret shop/db key url, source cluster: has changed"):
        complete_secrets(run, bound_definition(run))


def test_checks_of_servers_that_are_made_later_wait_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def check(run: MigrationRun) -> list[str]:
        made.append("databases")
        return ["the server is too old"]

    monkeypatch.setattr(preflight_checks, "preflight_checks", dict)
    monkeypatch.setattr(preflight_checks, "target_checks", dict)
    monkeypatch.setattr(preflight_checks, "server_checks", lambda: {"databases": check})
    monkeypatch.setattr(preflight_checks, "is_target_complete", lambda _: True)
    monkeypatch.setattr(preflight_checks, "are_servers_there", lambda _: False)
    run = lab_run(tmp_path)
    preflight_checks.check_preflight(run)
    assert made == []
    with pytest.raises(PreflightError, match="the server is too old"):
        preflight_checks.check_target(run)


def test_obstacles_at_servers_that_are_made_later_are_found_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.databases import obstacles as database_obstacles
    from include.inventory.model import Finding

    seen: list[list[str]] = []

    def find(run: MigrationRun, databases: list[Any]) -> list[Finding]:
        seen.append([one.name for one in databases])
        return [
            Finding("database", "blocker", "database shop-orders", "lacks an extension", "install it", "")
        ]

    monkeypatch.setattr(database_obstacles, "database_findings", find)
    run = lab_run(tmp_path)
    rows = [_database("shop-orders", is_late=True), _database("warehouse-stock", is_late=False)]
    save_plan(run.ledger, Plan(items=rows))
    run.ledger.write(obstacles.DOCUMENT, {"findings": []})
    for _ in range(2):
        with pytest.raises(PreflightError, match="lacks an extension"):
            obstacles.find_late_obstacles(run)
    assert seen == [["shop-orders"]] * 2
    assert len(run.ledger.read(obstacles.DOCUMENT)["findings"]) == 1


def _database(name: str, *, is_late: bool) -> Any:
    row = resource_row(name, name=name, is_late=is_late)
    return row.model_copy(update={"kind": "database", "phase": "rds_dump_restore"})
