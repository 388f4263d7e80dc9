"""Who may trigger and approve, and what Airflow itself says to the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .servers import Airflow

pytestmark = pytest.mark.timeout(600)
DAG, RUN, QUESTION = "ask_people", "people", "cutover.approve_cutover"
APPROVAL = {"chosen_options": ["Approve"], "params_input": {"reason": "seen in the rehearsal"}}


def answer(airflow: Airflow, user: str) -> Any:
    path = f"/dags/{DAG}/dagRuns/{RUN}/taskInstances/{QUESTION}/-1/hitlDetails"
    return airflow.call(user, "PATCH", path, APPROVAL)


@pytest.fixture(scope="module")
def asked(airflow: Airflow, definition_file: Path) -> Airflow:
    assert airflow.trigger("olga", DAG, RUN, definition_file=str(definition_file)).status_code == 200
    airflow.await_question(DAG, RUN, QUESTION)
    return airflow


def test_a_viewer_cannot_trigger(airflow: Airflow) -> None:
    assert airflow.trigger("vera", DAG, "refused").status_code == 403


def test_a_viewer_cannot_answer(asked: Airflow) -> None:
    assert answer(asked, "vera").status_code == 403


def test_an_operator_whom_the_definition_does_not_name_cannot_answer(asked: Airflow) -> None:
    refusal = answer(asked, "olga")
    assert refusal.status_code == 403
    assert "is not a respondent" in refusal.text


def test_the_log_tells_what_the_phase_has_done(asked: Airflow) -> None:
    assert "Phase obs_sync: 0 items, 0 bytes moved" in asked.log(DAG, RUN, "obs_sync.copy_buckets")


def test_a_task_links_to_its_items_and_the_report(asked: Airflow) -> None:
    path = f"/dags/{DAG}/dagRuns/{RUN}/taskInstances/obs_sync.copy_buckets/links"
    links = asked.call("vera", "GET", path).json()["extra_links"]
    assert links["Report"] == f"dags/{DAG}/runs/{RUN}/plugin/migration_report"
    assert links["Items and proofs"].endswith("#items/obs_sync")


def test_the_approver_answers_and_is_recorded(asked: Airflow) -> None:
    assert answer(asked, "anna").status_code == 200
    asked.await_state(DAG, RUN, QUESTION, "success")
    (kept,) = (asked.home / "ledger" / "lab" / RUN / "approvals").glob("*.json")
    record = json.loads(kept.read_text())
    assert (record["by"], record["reason"], record["approved"]) == ("anna", "seen in the rehearsal", True)


def test_a_choice_that_lacks_something_is_refused_in_words(airflow: Airflow) -> None:
    conf = {"definition": "lab", "phases": ["cutover"], "overrides": "cutover: {watch_seconds: -1}"}
    assert airflow.trigger("olga", "migrate_to_cce", "refused", **conf).status_code == 200
    task = "resource_planning.read_definition"
    airflow.await_state("migrate_to_cce", "refused", task, "failed")
    log = airflow.log("migrate_to_cce", "refused", task)
    assert "cutover.watch_seconds: -1 is out of range" in log
    assert "phases: cutover needs verification" in log


@pytest.mark.parametrize("conf", [{"mode": "dry"}, {"phases": ["images"]}, {"definition": "nowhere"}])
def test_the_form_takes_only_what_there_is(airflow: Airflow, conf: dict[str, Any]) -> None:
    refusal = airflow.trigger("olga", "migrate_to_cce", "never", **conf)
    assert refusal.status_code == 400
    assert next(iter(conf)) in refusal.text
