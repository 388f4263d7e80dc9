"""What every operator does around its step."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.operators.base import MigrationOperator
from include.errors import DefinitionError, PermanentError, TemporaryError
from include.ledger import Ledger, open_failures
from include.run import MigrationRun


class Step(MigrationOperator):
    """Do as it is told."""

    error: Exception | None = None

    def act(self, run: MigrationRun, context: Any) -> str:
        if self.error:
            raise self.error
        return run.definition.name


class ClearingStep(Step):
    """Clear up."""

    clears_up = True


def step(kind: type[Step] = Step, error: Exception | None = None, **settings: Any) -> Step:
    made = kind(task_id="obs_sync.copy_buckets", **settings)
    made.error = error
    return made


def test_a_step_opens_the_run_that_the_form_names(context: dict[str, Any], book: Ledger) -> None:
    assert step().execute(context) == "lab"
    assert book.read("definition")["name"] == "lab"


def test_the_first_step_starts_the_phase_and_the_last_one_ends_it(
    context: dict[str, Any], book: Ledger
) -> None:
    step().execute(context)
    assert book.phase("obs_sync").finished is None
    step(ends_phase=True).execute(context)
    assert book.phase("obs_sync").result == "succeeded"


def test_a_failure_is_recorded_until_a_retry_succeeds(context: dict[str, Any], book: Ledger) -> None:
    with pytest.raises(TemporaryError):
        step(error=TemporaryError("no answer")).execute(context)
    assert [(row["task"], row["error"]) for row in open_failures(book)] == [
        ("obs_sync.copy_buckets", "no answer")
    ]
    step().execute(context)
    assert open_failures(book) == []


def test_failures_of_mapped_tasks_are_kept_apart(context: dict[str, Any], book: Ledger) -> None:
    for index in (0, 1):
        context["ti"] = SimpleNamespace(task_id="obs_sync.copy_buckets", map_index=index)
        with pytest.raises(PermanentError):
            step(error=PermanentError("refused")).execute(context)
    assert [row["task"] for row in open_failures(book)] == [
        "obs_sync.copy_buckets 0",
        "obs_sync.copy_buckets 1",
    ]


def test_a_skip_is_no_failure(context: dict[str, Any], book: Ledger) -> None:
    with pytest.raises(AirflowSkipException):
        step(error=AirflowSkipException("nothing to do")).execute(context)
    assert open_failures(book) == []


def test_a_refused_definition_is_told_whole_and_leaves_no_ledger(
    context: dict[str, Any], broken_definition: Path, tmp_path: Path
) -> None:
    context["params"]["definition_file"] = str(broken_definition)
    with pytest.raises(DefinitionError) as caught:
        step().execute(context)
    assert len(caught.value.problems) == 2
    assert not (tmp_path / "ledger").exists()


def test_a_step_that_clears_up_is_skipped_when_there_is_nothing(
    context: dict[str, Any], broken_definition: Path
) -> None:
    context["params"]["definition_file"] = str(broken_definition)
    with pytest.raises(AirflowSkipException):
        step(ClearingStep).execute(context)


def test_a_worker_without_a_ledger_says_so(context: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCE_MIGRATION_LEDGER_ROOT")
    with pytest.raises(PermanentError, match="CCE_MIGRATION_LEDGER_ROOT is not set"):
        step().execute(context)


def test_the_class_tells_the_ui_what_the_task_does() -> None:
    assert step().doc_md == "Do as it is told."


@pytest.mark.parametrize("kind", [Step, ClearingStep])
def test_a_step_of_a_phase_that_is_not_chosen_is_skipped(
    kind: type[Step], context: dict[str, Any], book: Ledger
) -> None:
    context["params"]["phases"] = ["resource_planning"]
    with pytest.raises(AirflowSkipException, match="obs_sync is not among those chosen"):
        step(kind).execute(context)
    assert book.phase("obs_sync") is None


def test_a_step_that_belongs_to_no_phase_is_never_left_out(context: dict[str, Any]) -> None:
    context["params"]["phases"] = ["resource_planning"]
    assert ClearingStep(task_id="clear_up").execute(context) == "lab"


def test_overrides_of_the_form_take_the_place_of_the_definitions_fields(
    context: dict[str, Any], book: Ledger
) -> None:
    context["params"]["overrides"] = "cutover: {watch_seconds: 7}"
    step().execute(context)
    assert book.read("definition")["cutover"]["watch_seconds"] == 7
