"""The report and the result of the run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators import cutover, report
from cce_migration.operators.cutover import FinishProbeOperator, RollBackOperator
from cce_migration.operators.report import WriteReportOperator
from include.errors import ProofError
from include.ledger import Ledger

from .conftest import RUN_ID


def with_states(context: dict[str, Any], **states: str) -> dict[str, Any]:
    context["ti"] = SimpleNamespace(
        task_id="write_report",
        dag_id="migrate_to_cce",
        run_id=RUN_ID,
        map_index=-1,
        try_number=1,
        get_task_states=lambda dag_id, run_ids: {RUN_ID: states},
    )
    return context


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The kind and result that reports were asked for; the report itself agrees with what it was told."""
    asked: list[tuple[str, str]] = []

    def write(ledger: Ledger, kind: str, result: str) -> dict[str, Any]:
        asked.append((kind, result))
        return {"result": result, "findings": []}

    monkeypatch.setattr(report, "write_report", write)
    return asked


def write(context: dict[str, Any]) -> dict[str, Any]:
    return WriteReportOperator(task_id="write_report", kind="migration").execute(context)


def test_a_run_of_good_tasks_succeeded(context: dict[str, Any], results: list[tuple[str, str]]) -> None:
    given = write(with_states(context, a="success", b="skipped", write_report="running"))
    assert results == [("migration", "succeeded")]
    assert given["report"].endswith("report.html")


def test_the_log_lists_what_each_phase_has_done(
    context: dict[str, Any],
    results: list[tuple[str, str]],
    book: Ledger,
    capsys: pytest.CaptureFixture[str],
) -> None:
    book.phase_started("obs_sync")
    write(with_states(context, a="success"))
    assert "obs_sync: 0 items, 0 bytes moved" in capsys.readouterr().out


@pytest.mark.parametrize("state", ["failed", "upstream_failed"])
def test_one_failed_task_fails_the_run(
    state: str, context: dict[str, Any], results: list[tuple[str, str]]
) -> None:
    with pytest.raises(ProofError, match="ended as failed"):
        write(with_states(context, a="success", b=state))
    assert results == [("migration", "failed")]


def test_a_run_that_went_back_says_so(
    context: dict[str, Any], results: list[tuple[str, str]], book: Ledger
) -> None:
    book.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00"})
    book.write("cutover/rolled-back", {"at": "2026-11-26T10:00:01.000+00:00"})
    with pytest.raises(ProofError, match="ended as rolled_back"):
        write(with_states(context, a="failed"))


def test_the_log_names_what_a_failed_run_made(
    context: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {
        "rule": "made_by_this_run",
        "severity": "warning",
        "object": "cluster shop-target",
        "message": "was made by this run",
        "remedy": "delete it",
    }
    monkeypatch.setattr(report, "write_report", lambda *_: {"result": "failed", "findings": [row]})
    with pytest.raises(ProofError):
        write(with_states(context, a="failed"))

    assert "cluster shop-target was made by this run; delete it" in capsys.readouterr().out


def test_there_is_nothing_to_roll_back_before_the_switch(context: dict[str, Any]) -> None:
    with pytest.raises(AirflowSkipException):
        RollBackOperator(task_id="cutover.roll_back").execute(context)


def test_there_is_no_downtime_before_the_cutover(context: dict[str, Any]) -> None:
    with pytest.raises(AirflowSkipException):
        FinishProbeOperator(task_id="cutover.finish_probe").execute(context)


def test_the_downtime_is_returned_in_numbers_only(
    context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {"seconds": 1.5, "requests": 9, "writes_lost": 0, "writes_doubled": 0, "lost": ["x"], "steps": []}
    monkeypatch.setattr(cutover, "finish_probe", lambda run: whole)
    given = FinishProbeOperator(task_id="cutover.finish_probe").execute(context)
    assert given == {"seconds": 1.5, "requests": 9, "writes_lost": 0, "writes_doubled": 0}
