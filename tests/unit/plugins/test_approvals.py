"""Approvals: what a person sees, and what becomes of the answer."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import timezone
from airflow.sdk.exceptions import TaskAwaitingInput

from cce_migration.operators import approvals
from cce_migration.operators.approvals import ApprovePlanOperator
from include.errors import PermanentError
from include.ledger import Ledger, open_failures
from include.run import MigrationRun


def answer(option: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "chosen_options": [option],
        "params_input": {"reason": reason},
        "responded_at": timezone.utcnow(),
        "responded_by_user": {"id": "7", "name": "olga"},
    }


@pytest.fixture
def operator() -> ApprovePlanOperator:
    return ApprovePlanOperator(task_id="resource_planning.approve_plan")


def test_the_evidence_is_in_the_question(
    operator: ApprovePlanOperator, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(approvals, "plan_summary", lambda run: f"moves {run.definition.name}")
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **fields: asked.update(fields)
    )
    context["task_instance"] = context["ti"]
    context["ti"].id = "an-id"
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    assert asked["body"] == "moves lab"
    assert asked["options"] == ["Approve", "Reject"]
    assert list(asked["params"]) == ["reason"]


def test_an_approval_is_recorded_by_name(
    operator: ApprovePlanOperator, context: dict[str, Any], book: Ledger
) -> None:
    given = operator.execute_complete(context, answer("Approve", "seen in the rehearsal"))
    assert given == {"approved": True, "by": "olga"}
    record = book.read(book.list("approvals")[0])
    assert (record["by"], record["reason"]) == ("olga", "seen in the rehearsal")


def test_a_rejection_ends_the_run_and_names_the_person(
    operator: ApprovePlanOperator, context: dict[str, Any], book: Ledger
) -> None:
    with pytest.raises(PermanentError, match="olga rejected it: not on a friday"):
        operator.execute_complete(context, answer("Reject", "not on a friday"))
    assert book.read(book.list("approvals")[0])["approved"] is False
    assert [row["task"] for row in open_failures(book)] == ["resource_planning.approve_plan"]


def test_nothing_runs_before_a_person_has_seen_the_plan(
    operator: ApprovePlanOperator, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_plan(run: MigrationRun) -> str:
        raise PermanentError("no plan was made")

    monkeypatch.setattr(approvals, "plan_summary", no_plan)
    with pytest.raises(PermanentError, match="no plan was made"):
        operator.execute(context)
