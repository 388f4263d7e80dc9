"""Approvals: what a person sees, and what becomes of the answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import timezone
from airflow.sdk.exceptions import TaskAwaitingInput

from cce_migration.operators import approvals
from cce_migration.operators.approvals import (
    ApproveCutoverOperator,
    ApproveDriftOperator,
    ApprovePlanOperator,
)
from include.errors import PermanentError, PreflightError
from include.inventory.store import save_inventory
from include.ledger import Ledger, open_failures
from include.planning import Plan
from include.planning.digest import plan_digest
from include.planning.drift import Change, note_changes
from include.planning.model import save_plan
from include.run import MigrationRun
from tests.builders.objects import deployment, inventory
from tests.builders.runs import plan_row


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


@pytest.fixture
def drift() -> ApproveDriftOperator:
    return ApproveDriftOperator(task_id="resource_planning.approve_drift")


@pytest.fixture
def planned(book: Ledger) -> Ledger:
    save_inventory(book, inventory(deployment()))
    save_plan(book, Plan(items=[]))
    return book


@pytest.fixture
def asked(context: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Hold what Airflow was told to ask; empty while nothing was."""
    told: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **fields: told.update(fields)
    )
    context["task_instance"] = context["ti"]
    context["ti"].id = "an-id"
    return told


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Answer each look at the source: whether the approved plan is still that of it."""
    looks: list[bool] = []
    monkeypatch.setattr(approvals, "follow_source", lambda run: looks.pop(0))
    return looks


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hold the looks at the source after an approval; it is always as it was."""
    seen: list[str] = []
    monkeypatch.setattr(approvals, "refuse_changes", lambda run: seen.append("refuse_changes"))
    return seen


@pytest.mark.usefixtures("planned")
def test_the_evidence_is_in_the_question(
    operator: ApprovePlanOperator, context: dict[str, Any], asked: dict[str, Any]
) -> None:
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    assert asked["body"].startswith("## Migration lab: namespaces shop, warehouse into eu-de")
    assert asked["options"] == ["Approve", "Reject"]
    assert list(asked["params"]) == ["reason", "waive"]


@pytest.mark.usefixtures("planned")
def test_the_question_leads_to_the_tab_with_the_plan(
    operator: ApprovePlanOperator, context: dict[str, Any], asked: dict[str, Any]
) -> None:
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    run_id = "manual__2026-11-26T10%3A00%3A00%2B00%3A00"
    assert f"](dags/migrate_to_cce/runs/{run_id}/plugin/migration_report)" in asked["body"]


@pytest.mark.usefixtures("asked")
def test_an_approval_is_recorded_by_name_and_with_the_plan(
    operator: ApprovePlanOperator, context: dict[str, Any], planned: Ledger
) -> None:
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    given = operator.execute_complete(context, answer("Approve", "seen in the rehearsal"))
    assert given == {"approved": True, "by": "olga"}
    record = planned.read(planned.list("approvals")[0])
    assert (record["by"], record["reason"]) == ("olga", "seen in the rehearsal")
    assert record["plan"] == plan_digest(planned)


@pytest.mark.usefixtures("asked")
def test_who_approves_may_accept_items_without_an_equal_proof(
    operator: ApprovePlanOperator, context: dict[str, Any], book: Ledger
) -> None:
    book.write("plan", {"items": [plan_row("pictures"), plan_row("a:b")]})
    given = answer("Approve")
    given["params_input"]["waive"] = "obs_sync/pictures: a stray file\n\nobs_sync/a:b: another\n"
    operator.execute_complete(context, given)

    waivers = {key: (one.by, one.reason) for key, one in book.waivers("obs_sync").items()}
    assert waivers == {"pictures": ("olga", "a stray file"), "a:b": ("olga", "another")}


@pytest.mark.parametrize(
    ("text", "words"),
    [("obs_sync/picture: x", "near: obs_sync/pictures"), ("obs_sync/pictures", "gives no reason")],
)
def test_what_is_accepted_by_a_wrong_name_or_without_a_reason_is_told(
    text: str, words: str, operator: ApprovePlanOperator, context: dict[str, Any], book: Ledger
) -> None:
    book.write("plan", {"items": [plan_row("pictures")]})
    given = answer("Approve")
    given["params_input"]["waive"] = text
    with pytest.raises(PermanentError, match=words):
        operator.execute_complete(context, given)
    assert book.waivers("obs_sync") == {}
    assert book.list("approvals") == []


@pytest.mark.usefixtures("asked")
def test_an_answer_is_one_to_the_plan_that_was_shown(
    operator: ApprovePlanOperator, context: dict[str, Any], planned: Ledger
) -> None:
    shown = plan_digest(planned)
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    save_inventory(planned, inventory(deployment(replicas=9)))
    operator.execute_complete(context, answer("Approve"))
    assert planned.read(planned.list("approvals")[0])["plan"] == shown != plan_digest(planned)


def test_a_retry_asks_what_was_asked_before(
    operator: ApprovePlanOperator, context: dict[str, Any], asked: dict[str, Any], planned: Ledger
) -> None:
    for _ in range(2):
        with pytest.raises(TaskAwaitingInput):
            operator.execute(context)
    assert asked["body"] == planned.read("questions/resource_planning.approve_plan")["text"]


def test_a_plan_that_was_made_again_is_not_asked_for_where_the_former_one_is_shown(
    operator: ApprovePlanOperator, context: dict[str, Any], asked: dict[str, Any], planned: Ledger
) -> None:
    with pytest.raises(TaskAwaitingInput):
        operator.execute(context)
    asked.clear()
    save_inventory(planned, inventory(deployment(replicas=9)))
    assert operator.execute(context) is None
    assert asked == {}


def test_evidence_that_is_another_than_what_is_shown_goes_to_the_log(
    context: dict[str, Any], asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cutover = ApproveCutoverOperator(task_id="cutover.approve_cutover")
    texts = ["three are open", "all is proved"]
    monkeypatch.setattr(approvals, "cutover_evidence", lambda run: texts.pop(0))
    said: list[str] = []
    log = SimpleNamespace(warning=lambda text, *fields: said.append(text % fields), info=lambda *_: None)
    monkeypatch.setattr(type(cutover), "log", log)
    for _ in range(2):
        with pytest.raises(TaskAwaitingInput):
            cutover.execute(context)
    assert asked["body"] == "three are open"
    told = [one for one in said if one.startswith("Airflow goes on showing")]
    assert [one.rpartition("\n")[2] for one in told] == ["all is proved"]


def test_an_approval_of_something_else_names_no_plan(context: dict[str, Any], book: Ledger) -> None:
    cutover = ApproveCutoverOperator(task_id="cutover.approve_cutover")
    cutover.execute_complete(context, answer("Approve"))
    assert book.read("approvals/cutover.approve_cutover")["plan"] is None


def test_a_rejection_ends_the_run_and_names_the_person(
    operator: ApprovePlanOperator, context: dict[str, Any], planned: Ledger
) -> None:
    with pytest.raises(PermanentError, match="olga rejected it: not on a friday"):
        operator.execute_complete(context, answer("Reject", "not on a friday"))
    assert planned.read(planned.list("approvals")[0])["approved"] is False
    assert [row["task"] for row in open_failures(planned)] == ["resource_planning.approve_plan"]


def test_an_approval_resolves_the_failure_of_a_former_try(
    operator: ApprovePlanOperator, context: dict[str, Any], planned: Ledger
) -> None:
    with pytest.raises(PermanentError):
        operator.execute_complete(context, answer("Reject"))
    operator.execute_complete(context, answer("Approve"))
    assert open_failures(planned) == []


def test_nothing_runs_before_a_person_has_seen_the_plan(
    operator: ApprovePlanOperator,
    context: dict[str, Any],
    asked: dict[str, Any],
    book: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_plan(run: MigrationRun, link: str) -> str:
        raise PermanentError("no plan was made")

    monkeypatch.setattr(approvals, "plan_summary", no_plan)
    with pytest.raises(PermanentError, match="no plan was made"):
        operator.execute(context)
    assert asked == {}
    assert [row["error"] for row in open_failures(book)] == ["no plan was made"]


def test_a_source_as_it_was_planned_asks_nobody(
    drift: ApproveDriftOperator, context: dict[str, Any], asked: dict[str, Any], source: list[bool]
) -> None:
    source.append(True)
    assert drift.execute(context) is None
    assert asked == {}


def test_a_changed_source_is_asked_for_with_what_changed_first(
    drift: ApproveDriftOperator,
    context: dict[str, Any],
    asked: dict[str, Any],
    source: list[bool],
    planned: Ledger,
) -> None:
    source.append(False)
    change = Change(object="Deployment shop/web", what="changed", details=("spec.replicas: was 2, is 5",))
    note_changes(planned, [change])
    with pytest.raises(TaskAwaitingInput):
        drift.execute(context)
    lines = asked["body"].splitlines()
    assert lines[:4] == [
        "## The source has changed since the plan was approved: 1 changed",
        "",
        "- changed: Deployment shop/web (spec.replicas: was 2, is 5)",
        "",
    ]
    assert lines[4].startswith("## Migration lab")
    assert asked["subject"] == "The source has changed since the plan was approved. Approve the new plan?"


def test_the_new_plan_is_approved_when_the_source_stayed_so(
    drift: ApproveDriftOperator, context: dict[str, Any], looks: list[str], planned: Ledger
) -> None:
    assert drift.execute_complete(context, answer("Approve")) == {"approved": True, "by": "olga"}
    assert looks == ["refuse_changes"]
    assert open_failures(planned) == []


def test_a_source_that_changes_faster_than_it_is_approved_ends_the_run(
    drift: ApproveDriftOperator, context: dict[str, Any], planned: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: MigrationRun) -> None:
        raise PermanentError("source cluster: changed again")

    monkeypatch.setattr(approvals, "refuse_changes", refuse)
    with pytest.raises(PermanentError, match="changed again"):
        drift.execute_complete(context, answer("Approve"))
    assert [row["error"] for row in open_failures(planned)] == ["source cluster: changed again"]


@pytest.mark.usefixtures("planned")
def test_a_rejected_new_plan_is_not_looked_at_any_more(
    drift: ApproveDriftOperator, context: dict[str, Any], looks: list[str]
) -> None:
    with pytest.raises(PermanentError, match="olga rejected it"):
        drift.execute_complete(context, answer("Reject"))
    assert looks == []


@pytest.mark.usefixtures("planned")
def test_a_retry_after_the_question_asks_for_the_same_plan_and_does_not_make_another(
    drift: ApproveDriftOperator, context: dict[str, Any], asked: dict[str, Any], source: list[bool]
) -> None:
    source.append(False)
    with pytest.raises(TaskAwaitingInput):
        drift.execute(context)
    first = dict(asked)
    with pytest.raises(TaskAwaitingInput):
        drift.execute(context)
    assert asked["body"] == first["body"]


@pytest.mark.usefixtures("asked", "planned")
def test_a_retry_after_the_approval_looks_once_more_and_goes_on(
    drift: ApproveDriftOperator, context: dict[str, Any], source: list[bool], looks: list[str]
) -> None:
    source.append(False)
    with pytest.raises(TaskAwaitingInput):
        drift.execute(context)
    drift.execute_complete(context, answer("Approve"))
    assert drift.execute(context) is None
    assert looks == ["refuse_changes", "refuse_changes"]


@pytest.mark.usefixtures("asked")
def test_another_plan_is_not_asked_for_under_the_former_text(
    drift: ApproveDriftOperator, context: dict[str, Any], source: list[bool], planned: Ledger
) -> None:
    source.append(False)
    with pytest.raises(TaskAwaitingInput):
        drift.execute(context)
    save_inventory(planned, inventory(deployment(replicas=9)))
    with pytest.raises(PermanentError, match="showing the former one; this run goes no further"):
        drift.execute(context)


def test_a_source_that_may_not_be_migrated_any_more_fails_and_says_why(
    drift: ApproveDriftOperator,
    context: dict[str, Any],
    asked: dict[str, Any],
    book: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(run: MigrationRun) -> bool:
        raise PreflightError("claim shop/a: asks for a class that is not mapped")

    monkeypatch.setattr(approvals, "follow_source", refuse)
    with pytest.raises(PreflightError):
        drift.execute(context)
    assert asked == {}
    assert "not mapped" in open_failures(book)[0]["error"]
