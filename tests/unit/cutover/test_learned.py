"""The predicted downtime is that of the last cutover or rehearsal, not a guess, once there was one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.assessment.prediction import FIRST_GUESS
from include.cutover.outlook import downtime_part, predicted_downtime
from include.ledger import Ledger
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run

STEPS = {
    "quiesce the source": (2.0, True),
    "copy the last changes of the databases": (1.0, True),
    "prove the databases": (3.0, True),
    "copy the last changes of the buckets": (2.5, False),
    "switch the front door": (0.5, True),
}
REHEARSED = {
    "copy the last changes of the databases": 4.0,
    "prove the databases": 6.0,
    "copy the last changes of the volumes": 8.0,
    "start the target": 3.0,
    "check the target": 1.0,
}


def plan(databases: int) -> Plan:
    rows = [
        plan_row("shop", "rds_dump_restore", kind="database", bytes=databases),
        plan_row("old", "rds_dump_restore", kind="database", bytes=10**9, action="exclude"),
        plan_row("uploads", "velero_backup_restore", kind="volume", bytes=500),
    ]
    return Plan.model_validate({"items": rows})


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    built = build_run(tmp_path)
    save_plan(built.ledger, plan(1000))
    return built


def cut_over(
    folder: Path, run_id: str, at: str = "2026-11-20", *, databases: int = 1000, **more: Any
) -> None:
    """Write what a cutover of ten seconds leaves: three of them lay between its steps."""
    ledger = Ledger(folder, "lab", run_id)
    save_plan(ledger, plan(databases))
    steps = [
        {"name": name, "seconds": seconds, "started": 0.0, "critical": critical}
        for name, (seconds, critical) in STEPS.items()
    ]
    ledger.write("cutover/downtime", {"seconds": 10.0, "outages": [[100.0, 109.5]], "steps": steps})
    ledger.write("cutover/endpoint", {"at": at})
    for name, document in more.items():
        ledger.write(f"cutover/{name.replace('_', '-')}", document)


def rehearse(folder: Path, run_id: str, result: str = "succeeded", finished: str = "2026-11-21") -> None:
    ledger = Ledger(folder, "lab-rehearsal", run_id)
    save_plan(ledger, plan(1000))
    ledger.write("report", {"kind": "rehearsal", "run_id": run_id, "result": result, "finished": finished})
    steps = [{"name": name, "seconds": seconds} for name, seconds in REHEARSED.items()]
    ledger.write("rehearsal/outcome", {"phases": [], "steps": steps, "downtime": 14.0})


def seconds_of(run: MigrationRun) -> dict[str, float]:
    return {step["name"]: step["seconds"] for step in predicted_downtime(run)["steps"]}


def test_without_anything_measured_it_is_a_first_guess_and_says_so(run: MigrationRun) -> None:
    found = predicted_downtime(run)
    assert found["basis"] == FIRST_GUESS
    assert "first guess" in downtime_part(found)


def test_an_earlier_cutover_is_what_is_predicted(run: MigrationRun, tmp_path: Path) -> None:
    cut_over(tmp_path, "first")
    found = predicted_downtime(run)
    assert (found["seconds"], found["basis"]) == (9.5, "measured in the cutover of run first")
    assert seconds_of(run) == {
        "quiesce the source": 2.0,
        "copy the last changes of the databases": 1.0,
        "prove the databases": 3.0,
        "switch the front door": 0.5,
        "between the steps, and until clients noticed the switch": 3.0,
    }


def test_more_data_takes_as_much_longer_and_less_no_less(run: MigrationRun, tmp_path: Path) -> None:
    cut_over(tmp_path, "first", databases=500)
    assert predicted_downtime(run)["seconds"] == pytest.approx(9.5 + 1.0 + 3.0)
    cut_over(tmp_path, "later", "2026-11-22", databases=8000)
    assert predicted_downtime(run)["seconds"] == pytest.approx(9.5)


def test_one_that_came_back_by_itself_says_nothing(run: MigrationRun, tmp_path: Path) -> None:
    cut_over(tmp_path, "good", rolled_back={"at": "2026-11-23", "passage": "passages/asked"})
    cut_over(tmp_path, "bad", "2026-11-22", rolled_back={"at": "2026-11-22", "passage": "cutover"})
    assert predicted_downtime(run)["basis"] == "measured in the cutover of run good"


def test_a_green_rehearsal_tells_what_it_could_measure_and_the_rest_is_told_as_guessed(
    run: MigrationRun, tmp_path: Path
) -> None:
    rehearse(tmp_path, "green")
    rehearse(tmp_path, "red", "failed", "2026-11-25")
    ttl = float(run.definition.front_door.ttl_seconds)
    assert seconds_of(run) == {
        "stop of the source and switch (guessed)": 10.0,
        "copy the last changes of the databases": 4.0,
        "prove the databases": 6.0,
        "start the target": 3.0,
        "check the target": 1.0,
        "time to live of the DNS record": ttl,
    }
    assert "rehearsal green" in downtime_part(predicted_downtime(run))


def test_a_cutover_tells_more_than_a_rehearsal(run: MigrationRun, tmp_path: Path) -> None:
    rehearse(tmp_path, "green")
    cut_over(tmp_path, "first")
    assert "cutover of run first" in predicted_downtime(run)["basis"]
