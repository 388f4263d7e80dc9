"""Whether a run can be rolled back is known before anything is stopped, and told with every reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cutover import guarding, way_back
from include.cutover.way_back import predicted_seconds, refuse_roll_back, roll_back_evidence
from include.databases.arming import WayBack
from include.errors import PreflightError, TemporaryError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun, open_run
from tests.builders.connections import connections
from tests.builders.runs import item, plan_row
from tests.builders.runs import run as lab_run

AT = "2026-11-26T10:00:00.000+00:00"
LATER = "2026-11-27T10:00:00.000+00:00"
CHANGES = WayBack("shop-orders", "changes", behind=50_000_000, retained=60_000_000)
TABLES = WayBack("warehouse-stock", "tables")


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[WayBack]:
    found = [CHANGES, TABLES]
    monkeypatch.setattr(way_back, "look_at_ways_back", lambda run: found)
    monkeypatch.setattr(way_back, "find_left_objects", lambda run: ["Deployment shop/canary"])
    return found


@pytest.fixture
def leads_to_target(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    answer = [True]
    monkeypatch.setattr(way_back, "is_traffic_on_target", lambda run: answer[0])
    return answer


@pytest.fixture
def run(tmp_path: Path, ways: list[WayBack], leads_to_target: list[bool]) -> MigrationRun:
    made = lab_run(tmp_path)
    rows = [
        plan_row("warehouse-stock", "rds_dump_restore", kind="database", details={"name": "warehouse-stock"}),
        plan_row("pictures", bytes=20_000_000),
    ]
    save_plan(made.ledger, Plan.model_validate({"items": rows}))
    made.ledger.write("cutover/endpoint", {"at": AT})
    return made


def reasons(run: MigrationRun) -> str:
    with pytest.raises(PreflightError) as refusal:
        refuse_roll_back(run)
    return str(refusal.value)


def test_a_run_whose_customers_are_on_the_target_can_be_rolled_back(
    run: MigrationRun, ways: list[WayBack]
) -> None:
    assert refuse_roll_back(run) == ways


def test_a_run_that_never_switched_is_refused(run: MigrationRun) -> None:
    run.ledger.remove("cutover/endpoint")
    assert "never switched the traffic" in reasons(run)


def test_a_run_that_was_rolled_back_is_refused_but_to_the_way_back_that_did_it(run: MigrationRun) -> None:
    run.ledger.write("cutover/rolled-back", {"at": LATER, "passage": "passages/another", "lost": []})
    assert f"was rolled back at {LATER}" in reasons(run)
    run.ledger.write("cutover/rolled-back", {"at": LATER, "passage": run.passage, "lost": []})
    refuse_roll_back(run)


def test_a_retired_source_is_not_gone_back_to(run: MigrationRun) -> None:
    run.ledger.record_item("source_retirement", item("fence/source", "source_retirement", kind="retirement"))
    assert "its source was retired" in reasons(run)


def test_a_record_that_leads_elsewhere_is_left_to_a_person(
    run: MigrationRun, leads_to_target: list[bool]
) -> None:
    leads_to_target[0] = False
    assert "does not lead to the target" in reasons(run)


def test_a_database_that_refuses_is_named_before_anything_is_stopped(
    run: MigrationRun, ways: list[WayBack]
) -> None:
    ways.append(WayBack("audit", "nothing"))
    assert "database audit: refused by the definition" in reasons(run)


def test_the_evidence_says_what_comes_back_and_what_stays(run: MigrationRun) -> None:
    text = roll_back_evidence(run)
    assert "| database shop-orders | changes are followed back (50 MB of log to read" in text
    assert "| database warehouse-stock | tables that differ are copied back whole |" in text
    assert "| 1 bucket, 20 MB | what differs, removals too |" in text
    assert "- Deployment shop/canary" in text
    assert run.ledger.read("cutover/left-objects") == {"objects": ["Deployment shop/canary"]}


def test_the_prediction_is_the_cutover_s_downtime_and_what_is_to_be_carried(
    run: MigrationRun, ways: list[WayBack]
) -> None:
    run.ledger.write("cutover/downtime", {"seconds": 20.0})
    assert predicted_seconds(run, ways) == pytest.approx(20 + 10 + 2)
    assert predicted_seconds(run, []) == pytest.approx(20)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def switched(root: Path, run_id: str, at: str) -> MigrationRun:
    made = open_run("lab", run_id, root, connections())
    made.ledger.write("cutover/endpoint", {"at": at})
    return made


def test_the_guard_looks_at_the_latest_switch_of_each_migration(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(run: MigrationRun) -> list[WayBack]:
        seen.append(run.run_id)
        return [CHANGES]

    monkeypatch.setattr(guarding, "look_at_ways_back", look)
    switched(root, "first", AT)
    second = switched(root, "second", LATER)
    open_run("lab", "third", root, connections())
    assert guarding.guard_ways_back(root, connections()) == {"lab/shop-orders": 60_000_000}
    assert seen == ["second"]
    second.ledger.write("cutover/rolled-back", {"at": LATER, "passage": "cutover", "lost": []})
    assert guarding.guard_ways_back(root, connections()) == {}


def test_the_guard_tells_of_servers_that_do_not_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: MigrationRun) -> Any:
        raise TemporaryError("no answer")

    monkeypatch.setattr(guarding, "look_at_ways_back", fail)
    switched(root, "first", AT)
    with pytest.raises(TemporaryError, match="lab first: no answer"):
        guarding.guard_ways_back(root, connections())
