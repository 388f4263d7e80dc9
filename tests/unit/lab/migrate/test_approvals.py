from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from lab.airflow.rest import RestClient
from lab.migrate.approvals import Approvals
from lab.migrate.ledger_view import LedgerView
from lab.migrate.runs import Run

from .builders import instance, row
from .conftest import RUN_ID

Write = Callable[[str, Any], None]
LONG_AGO = "2026-11-26T11:59:00Z"
NOT_YET = "2999-01-01T00:00:00Z"


class FakeAirflow:
    """Asks questions and takes answers."""

    def __init__(self, *details: dict[str, Any], status: int = 200) -> None:
        self.details = list(details)
        self.status = status
        self.changes: list[tuple[str, Any]] = []

    def approvals(self, ledger: LedgerView, *, is_lab: bool = True) -> Approvals:
        client = RestClient(transport=httpx.MockTransport(self.answer))
        return Approvals(client, Run("migrate_to_cce", RUN_ID, is_new=True), ledger, is_lab=is_lab)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            return httpx.Response(201, json={"access_token": "t"})
        if request.method == "GET":
            return httpx.Response(
                200, json={"hitl_details": self.details, "total_entries": len(self.details)}
            )
        is_answer = request.url.path.endswith("/hitlDetails")
        self.changes.append((request.url.path.partition("/taskInstances/")[2], json.loads(request.content)))
        return httpx.Response(self.status if is_answer else 200, json={"detail": "answered"})


def question(task_id: str, *, asked: str = LONG_AGO, **fields: Any) -> dict[str, Any]:
    asking = instance(task_id, "awaiting_input", start_date=LONG_AGO)
    known = {
        "task_instance": asking,
        "created_at": asked,
        "options": ["Approve", "Reject"],
        "subject": "Go on?",
        "params": {},
    }
    return known | fields


def test_the_plan_is_approved_with_what_it_holds(ledger: LedgerView, write: Write) -> None:
    write("plan", {"items": [row("obs_sync", "a", 90_000_000), row("swr_image_sync", "b", 20_000_000)]})
    airflow = FakeAirflow(question("resource_planning.approve_plan"))
    lines = airflow.approvals(ledger).answer()
    assert lines == ["the lab approves the plan: 2 items, 110 MB, 4 s of work predicted"]
    assert airflow.changes == [
        (
            "resource_planning.approve_plan",
            {"note": "answered by the lab (make migrate), not by a person"},
        ),
        (
            "resource_planning.approve_plan/-1/hitlDetails",
            {"chosen_options": ["Approve"], "params_input": {}},
        ),
    ]


def test_the_plan_of_a_changed_source_is_approved_with_what_changed(ledger: LedgerView, write: Write) -> None:
    write("plan", {"items": [row("obs_sync", "a", 90_000_000)]})
    write("drift", {"changes": [{"object": "Deployment shop/web", "what": "changed", "details": []}]})
    lines = FakeAirflow(question("resource_planning.approve_drift")).approvals(ledger).answer()
    assert lines == [
        "the lab approves the plan of the changed source: 1 change; 1 item, 90 MB, 2 s of work predicted"
    ]


def test_the_cutover_is_approved_with_its_evidence(ledger: LedgerView, write: Write) -> None:
    write("proofs/obs_sync/a", {"equal": True})
    lines = FakeAirflow(question("cutover.approve_cutover")).approvals(ledger).answer()
    assert lines == ["the lab approves the cutover: 1 of 1 proof so far equal"]


def test_a_question_is_answered_once(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover"))
    approvals = airflow.approvals(ledger)
    approvals.answer()
    assert approvals.answer() == []
    assert len(airflow.changes) == 2


def test_a_second_try_of_the_task_is_answered_again(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover"))
    approvals = airflow.approvals(ledger)
    approvals.answer()
    airflow.details[0]["task_instance"]["try_number"] = 2
    assert len(approvals.answer()) == 1


def test_a_question_just_asked_is_left_until_the_scheduler_knows_that_it_waits(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover", asked=NOT_YET))
    assert airflow.approvals(ledger).answer() == []
    assert airflow.changes == []


def test_a_second_try_that_has_just_begun_is_left_although_its_question_is_old(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover"))
    airflow.details[0]["task_instance"]["start_date"] = NOT_YET
    assert airflow.approvals(ledger).answer() == []


def test_a_form_gets_all_its_fields_and_the_reason(ledger: LedgerView) -> None:
    params = {"reason": {"value": None}, "batch": {"value": 3}}
    airflow = FakeAirflow(question("cutover.approve_cutover", params=params))
    airflow.approvals(ledger).answer()
    assert airflow.changes[1][1]["params_input"] == {
        "reason": "answered by the lab (make migrate), not by a person",
        "batch": 3,
    }


def test_outside_the_lab_people_are_asked_and_told_where(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover"))
    (line,) = airflow.approvals(ledger, is_lab=False).answer()
    assert line.startswith(
        "cutover.approve_cutover waits for your answer (Approve, Reject): http://127.0.0.1:"
    )
    assert line.endswith(f"/dags/migrate_to_cce/runs/{RUN_ID}/tasks/cutover.approve_cutover/required_actions")
    assert airflow.changes == []


def test_a_question_of_another_kind_is_left_to_people(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.choose_window", options=["now", "tonight"]))
    (line,) = airflow.approvals(ledger).answer()
    assert "(now, tonight)" in line
    assert airflow.changes == []


def test_somebody_else_s_answer_holds(ledger: LedgerView) -> None:
    airflow = FakeAirflow(question("cutover.approve_cutover"), status=409)
    assert airflow.approvals(ledger).answer() == ["cutover.approve_cutover was answered by somebody else"]
