"""Who may answer a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import timezone
from airflow.sdk.exceptions import TaskAwaitingInput

from cce_migration.operators.approvals import (
    ApproveCutoverOperator,
    ApproveDriftOperator,
    ApproveOperator,
    ApprovePlanOperator,
    ApproveRetirementOperator,
)
from include.approvals import answers
from include.definition import Approvals
from include.errors import PermanentError
from include.ledger import Ledger, open_failures
from tests.builders.definitions import definition_text

PEOPLE = {"plan": ["anna", "ben"], "cutover": ["3"]}


@pytest.fixture
def asked(context: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Hold what Airflow was told to ask, in a run whose definition names its approvers."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **fields: told.update(fields)
    )
    monkeypatch.setattr(ApproveCutoverOperator, "evidence", lambda *_: "evidence")
    monkeypatch.setattr(ApproveRetirementOperator, "evidence", lambda *_: "evidence")
    path = tmp_path / "people.yaml"
    path.write_text(definition_text(lambda document: document.update(approvals=PEOPLE)))
    context["params"]["definition_file"] = str(path)
    context["task_instance"] = context["ti"]
    context["ti"].id = "an-id"
    return told


def ask(operator: ApproveOperator, context: dict[str, Any]) -> None:
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)


def answer(user: str) -> dict[str, Any]:
    return {
        "chosen_options": ["Approve"],
        "params_input": {},
        "responded_at": timezone.utcnow(),
        "responded_by_user": {"id": user, "name": f"name of {user}"},
    }


def test_airflow_is_told_who_may_answer(asked: dict[str, Any], context: dict[str, Any]) -> None:
    ask(ApproveCutoverOperator(task_id="cutover.approve_cutover"), context)
    assert asked["assigned_users"] == [{"id": "3", "name": "3"}]


def test_everybody_may_answer_where_nobody_is_named(asked: dict[str, Any], context: dict[str, Any]) -> None:
    ask(ApproveRetirementOperator(task_id="source_retirement.approve_retirement"), context)
    assert asked["assigned_users"] is None


def test_every_question_has_its_people() -> None:
    asks = {one.asks_for for one in (ApprovePlanOperator, ApproveDriftOperator, ApproveCutoverOperator)}
    assert asks | {ApproveRetirementOperator.asks_for} == set(Approvals.model_fields)


@pytest.mark.usefixtures("asked")
def test_an_answer_of_somebody_else_counts_for_nothing(context: dict[str, Any], book: Ledger) -> None:
    operator = ApproveCutoverOperator(task_id="cutover.approve_cutover")
    ask(operator, context)
    with pytest.raises(PermanentError, match=r"name of 4 answered, who is not among approvals\.cutover"):
        operator.execute_complete(context, answer("4"))
    assert answers(book) == []
    assert [row["task"] for row in open_failures(book)] == ["cutover.approve_cutover"]


@pytest.mark.usefixtures("asked")
def test_an_answer_of_one_of_them_counts(context: dict[str, Any], book: Ledger) -> None:
    operator = ApproveCutoverOperator(task_id="cutover.approve_cutover")
    ask(operator, context)
    assert operator.execute_complete(context, answer("3")) == {"approved": True, "by": "name of 3"}
    assert [one.by for one in answers(book)] == ["name of 3"]
