"""A retirement takes up the run of the past, and its evidence has the logs of both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators import report, retirement
from cce_migration.operators.retirement import BeginRetirementOperator, CheckRetirementOperator
from cce_migration.task_logs import task_logs
from include.ledger import Ledger
from include.run import MigrationRun
from tests.builders.definitions import definition

from .conftest import RUN_ID

RETIREMENT = "manual__2026-12-24T10:00:00+00:00"


@pytest.fixture
def past(context: dict[str, Any], book: Ledger) -> dict[str, Any]:
    """Return the context of a retirement days after the run."""
    book.write("definition", definition())
    book.write("opened-with", {"definition": "lab", "migration": "lab", "run_id": RUN_ID, "at": "2026-11-26"})
    book.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00"})
    context["params"] |= {"migration_run": None, "delete": ["backups"]}
    context["run_id"] = RETIREMENT
    context["ti"].dag_id, context["ti"].task_id = "retire_source", "source_retirement.begin_retirement"
    return context


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Sequence[str] | None]]:
    told: list[tuple[str, Sequence[str] | None]] = []

    def begin(run: MigrationRun, delete: Sequence[str] | None) -> None:
        told.append((run.run_id, delete))

    monkeypatch.setattr(retirement, "begin_retirement", begin)
    return told


def test_it_takes_up_the_run_that_switched_the_traffic_with_what_the_form_chose(
    past: dict[str, Any], begun: list[Any]
) -> None:
    BeginRetirementOperator(task_id="source_retirement.begin_retirement").execute(past)
    assert begun == [(RUN_ID, ["backups"])]


def test_a_run_that_had_left_the_phase_out_can_be_retired(
    past: dict[str, Any], begun: list[Any], book: Ledger
) -> None:
    phases = [
        "resource_planning",
        "swr_image_sync",
        "rds_dump_restore",
        "obs_sync",
        "velero_install",
        "adaptation",
        "velero_backup_restore",
        "verification",
        "cutover",
    ]
    book.write("choice", {"mode": "full", "phases": phases})
    BeginRetirementOperator(task_id="source_retirement.begin_retirement").execute(past)
    assert len(begun) == 1


def test_within_a_migration_it_is_off_unless_the_definition_turns_it_on(
    context: dict[str, Any], book: Ledger
) -> None:
    book.write("definition", definition())
    with pytest.raises(AirflowSkipException, match="the source stays as it is"):
        CheckRetirementOperator(task_id="source_retirement.check_retirement", kind="migration").execute(
            context
        )

    phase = book.phase("source_retirement")
    assert phase is not None
    assert phase.result == "succeeded"


def test_logs_of_the_run_and_of_those_that_went_on_with_it_are_found(
    past: dict[str, Any], begun: list[Any], book: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    BeginRetirementOperator(task_id="source_retirement.begin_retirement").execute(past)
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    expected = []
    for dag, run in (("migrate_to_cce", RUN_ID), ("retire_source", RETIREMENT), ("retire_source", "another")):
        log = tmp_path / f"dag_id={dag}" / f"run_id={run}" / "task_id=a" / "attempt=1.log"
        log.parent.mkdir(parents=True)
        log.write_text("x")
        expected.append((str(log.relative_to(tmp_path)), log))

    assert list(task_logs(book, RUN_ID)) == expected[:2]
    assert report.task_logs is task_logs
