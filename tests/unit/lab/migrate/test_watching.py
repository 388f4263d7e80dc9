from __future__ import annotations

from typing import Any

import httpx
import pytest

from lab.airflow.rest import RestError
from lab.migrate import watching
from lab.migrate.ledger_view import LedgerView
from lab.migrate.notices import Notice
from lab.migrate.runs import NoRunError, Run
from lab.migrate.snapshot import Snapshot
from lab.migrate.watching import watch

from .builders import instance
from .conftest import RUN_ID

START = "2026-11-26T11:59:00Z"
END = "2026-11-26T11:59:40Z"
ASKING = instance("cutover.approve_cutover", "awaiting_input", start_date=START)
QUESTION = {
    "task_instance": ASKING,
    "created_at": START,
    "options": ["Approve"],
    "subject": "Go on?",
    "params": {},
}


class FakeClient:
    """Answers as a run goes on: one entry of `looks` a look, an exception is raised."""

    def __init__(self, *looks: str | Exception) -> None:
        self.looks = list(looks)
        self.answered: list[str] = []

    def get(self, path: str, **_: Any) -> dict[str, Any]:
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        self.state = look
        is_over = look in {"success", "failed"}
        return {"state": look, "start_date": START, "queued_at": START, "end_date": END if is_over else None}

    def pages(self, path: str, name: str, **_: Any) -> list[dict[str, Any]]:
        if name == "hitl_details":
            return [QUESTION]
        is_over = self.state in {"success", "failed"}
        return [ASKING | ({"state": "success", "end_date": END} if is_over else {})]

    def patch(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        self.answered.append(path.rpartition("/")[2])
        return {}


class FakeScreen:
    def __init__(self) -> None:
        self.shown: list[Snapshot] = []
        self.said: list[Notice] = []

    def __enter__(self) -> FakeScreen:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, snapshot: Snapshot) -> None:
        self.shown.append(snapshot)

    def say(self, notice: Notice) -> None:
        self.said.append(notice)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(watching.time, "sleep", lambda _: None)
    monkeypatch.setattr(watching.time, "monotonic", lambda: next(clock))


def watched(client: FakeClient, ledger: LedgerView) -> tuple[Snapshot, FakeScreen]:
    screen = FakeScreen()
    run = Run("migrate_to_cce", RUN_ID, is_new=True)
    snapshot, _ = watch(client, run, ledger, screen, is_lab=True)  # type: ignore[arg-type]
    return snapshot, screen


def test_a_run_is_watched_to_its_end_and_its_approval_answered(ledger: LedgerView) -> None:
    client = FakeClient("queued", "running", "success")
    snapshot, screen = watched(client, ledger)
    assert (snapshot.state, snapshot.seconds) == ("success", 40)
    assert [shown.phases[0].state for shown in screen.shown] == ["approval", "approval", "succeeded"]
    assert client.answered == ["cutover.approve_cutover", "hitlDetails"]
    assert [notice.text for notice in screen.said] == [
        "the lab approves the cutover: 0 of 0 proofs so far equal"
    ]


def test_an_api_that_is_away_for_a_while_is_said_and_waited_for(ledger: LedgerView) -> None:
    away = [httpx.ConnectError("refused")] * 4
    snapshot, screen = watched(FakeClient("running", *away, "success"), ledger)
    assert snapshot.state == "success"
    assert [notice.text for notice in screen.said][1:] == [
        "Airflow's API does not answer (refused); if that lasts, repair the lab: make lab-up",
        "Airflow's API answers again",
    ]


def test_a_run_that_is_gone_ends_the_watching(ledger: LedgerView) -> None:
    with pytest.raises(NoRunError, match=f"The run {RUN_ID} is gone: the lab was made anew meanwhile"):
        watched(FakeClient("running", RestError("not found", 404)), ledger)
