"""Rehearsals as Airflow runs them: by which definition, and one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError

from cce_migration.operators import due, rehearsal
from cce_migration.operators.due import FindDueRehearsalsOperator, TriggerRehearsalOperator
from cce_migration.operators.rehearsal import RemoveEarlierRehearsalsOperator, ThrowAwayOperator
from cce_migration.runs import open_migration
from include.errors import PermanentError
from include.rehearsal.due import Due
from include.run import MigrationRun


@pytest.fixture
def rehearsing(context: dict[str, Any]) -> dict[str, Any]:
    context["ti"].dag_id = "rehearse_migration"
    return context


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hold the names of the migrations of which something was to be removed."""
    names: list[str] = []

    def remove(run: MigrationRun) -> int:
        names.append(run.definition.name)
        return 3

    monkeypatch.setattr(rehearsal, "remove_rehearsal", remove)
    return names


def test_a_task_of_the_rehearsals_dag_gets_a_rehearsal(rehearsing: dict[str, Any]) -> None:
    run = open_migration(rehearsing)
    assert (run.is_rehearsal, run.definition.name, run.ledger.migration) == (
        True,
        "lab-rehearsal",
        "lab-rehearsal",
    )


def test_a_task_of_any_other_dag_gets_the_migration(context: dict[str, Any]) -> None:
    run = open_migration(context)
    assert (run.is_rehearsal, run.definition.name) == (False, "lab")


def test_what_is_left_goes_first_and_what_was_made_goes_at_the_end(
    rehearsing: dict[str, Any], removed: list[str]
) -> None:
    first = RemoveEarlierRehearsalsOperator(task_id="resource_planning.remove_earlier_rehearsals")
    assert first.act(open_migration(rehearsing), rehearsing) == 3
    last = ThrowAwayOperator(task_id="throw_away")
    assert last.act(open_migration(rehearsing), rehearsing) == 3
    assert removed == ["lab-rehearsal"] * 2


def test_nothing_is_removed_while_another_rehearsal_is_at_work(
    rehearsing: dict[str, Any], removed: list[str], tmp_path: Path
) -> None:
    run = open_migration(rehearsing)
    (tmp_path / "ledger" / "lab-rehearsal" / "other").mkdir()
    rehearsing["ti"].get_dagrun_state = lambda dag_id, run_id: "running"

    first = RemoveEarlierRehearsalsOperator(task_id="resource_planning.remove_earlier_rehearsals")
    with pytest.raises(PermanentError, match="rehearsal other of lab-rehearsal is at work"):
        first.act(run, rehearsing)
    assert removed == []


def test_a_run_that_airflow_has_forgotten_is_not_at_work(
    rehearsing: dict[str, Any], removed: list[str], tmp_path: Path
) -> None:
    def forgotten(dag_id: str, run_id: str) -> str:
        raise AirflowRuntimeError.__new__(AirflowRuntimeError)

    run = open_migration(rehearsing)
    (tmp_path / "ledger" / "lab-rehearsal" / "other").mkdir()
    rehearsing["ti"].get_dagrun_state = forgotten

    first = RemoveEarlierRehearsalsOperator(task_id="resource_planning.remove_earlier_rehearsals")
    first.act(run, rehearsing)
    assert removed == ["lab-rehearsal"]


def test_what_is_due_is_triggered_by_its_moment_and_its_definition(
    context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "due_rehearsals", lambda now: [Due("lab", now.replace(hour=3, minute=0))])
    (found,) = FindDueRehearsalsOperator(task_id="find").execute(context)  # type: ignore[arg-type]
    assert found["conf"] == {"definition": "lab"}
    assert found["trigger_run_id"].startswith("scheduled__lab__")
    assert found["trigger_run_id"].endswith("T03:00")


def test_a_moment_is_triggered_once() -> None:
    trigger = TriggerRehearsalOperator(task_id="trigger", conf={"definition": "lab"})
    assert (trigger.trigger_dag_id, trigger.skip_when_already_exists) == ("rehearse_migration", True)
