"""Answer the approvals a run asks for: the lab answers its own, people answer theirs."""

from __future__ import annotations

from typing import Any

from lab.airflow import places
from lab.airflow.rest import RestClient, RestError
from lab.migrate.amounts import counted, duration, size
from lab.migrate.ledger_view import LedgerView
from lab.migrate.runs import Run
from lab.migrate.task_states import moment, now

_APPROVE = "Approve"
_REASON = "answered by the lab (make migrate), not by a person"
_SETTLE_SECONDS = 4.0
# a form's fields that ask for words
_WORDS = ("reason", "comment")


class Approvals:
    """Answer, once each, what a run waits for.

    Only migrations inside the lab are approved without a person: where a definition names any other connection,
    the run waits, and the text says where to answer.
    """

    def __init__(self, client: RestClient, run: Run, ledger: LedgerView, *, is_lab: bool) -> None:
        self._client = client
        self._run = run
        self._ledger = ledger
        self._is_lab = is_lab
        self._seen: set[tuple[str, int]] = set()

    def answer(self) -> list[str]:
        """Answer what is open; return a line for each that was not seen before."""
        details = self._client.pages(
            f"{self._run.path}/hitlDetails", "hitl_details", response_received=False, state="awaiting_input"
        )
        new = [detail for detail in details if _key(detail) not in self._seen and has_settled(detail)]
        return [self._answer_one(detail) for detail in new]

    def _answer_one(self, detail: dict[str, Any]) -> str:
        self._seen.add(_key(detail))
        instance = detail["task_instance"]
        name = instance["task_id"]
        if not self._is_lab or _APPROVE not in detail["options"]:
            where = f"{places.url()}{self._run.page}/tasks/{name}/required_actions"
            return f"{name} waits for your answer ({', '.join(detail['options'])}): {where}"
        try:
            self._approve(instance, detail)
        except RestError as error:
            if error.status == 409:
                return f"{name} was answered by somebody else"
            raise
        return f"the lab approves {self._what(name, detail)}"

    def _approve(self, instance: dict[str, Any], detail: dict[str, Any]) -> None:
        path = f"{self._run.path}/taskInstances/{instance['task_id']}"
        self._client.patch(path, {"note": _REASON})
        document = {"chosen_options": [_APPROVE], "params_input": _form(detail.get("params") or {})}
        self._client.patch(f"{path}/{instance['map_index']}/hitlDetails", document)

    def _what(self, name: str, detail: dict[str, Any]) -> str:
        if name.endswith("approve_plan"):
            return f"the plan: {self._plan()}"
        if name.endswith("approve_drift"):
            return (
                f"the plan of the changed source: {counted(self._ledger.changes(), 'change')}; {self._plan()}"
            )
        if name.endswith("approve_cutover"):
            count, equal = self._ledger.proofs()
            return f"the cutover: {equal} of {counted(count, 'proof')} so far equal"
        return f"{name}: {detail['subject']}"

    def _plan(self) -> str:
        planned = self._ledger.planned().values()
        items = sum(amount.items for amount in planned)
        whole = size(sum(amount.bytes for amount in planned))
        return f"{counted(items, 'item')}, {whole}, {duration(self._ledger.predicted_seconds())} of work predicted"


def _key(detail: dict[str, Any]) -> tuple[str, int]:
    """Return what names one question: a second try of the task asks again."""
    return str(detail["task_instance"]["id"]), int(detail["task_instance"]["try_number"])


def has_settled(detail: dict[str, Any]) -> bool:
    """Say whether the question is old enough to be answered.

    The scheduler hears a moment later that the asking process has ended. If the task is queued again by then, it
    takes that for a failure (seen on Airflow 3.3.2 with an answer after one second).
    """
    # a second try shows the question of the first, with its moment
    asked = max(moment(detail["created_at"]), moment(detail["task_instance"]["start_date"]))
    return (now() - asked).total_seconds() > _SETTLE_SECONDS


def _form(params: dict[str, Any]) -> dict[str, Any]:
    """Return a form's fields, filled: Airflow wants all of them or none."""
    filled = {name: (field or {}).get("value") for name, field in params.items()}
    return {name: _REASON if name in _WORDS else value for name, value in filled.items()}
