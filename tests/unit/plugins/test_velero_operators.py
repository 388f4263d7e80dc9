"""Velero's jobs over several tries: found again, never submitted twice without need."""

from __future__ import annotations

from typing import Any

import pytest

from cce_migration.operators import velero
from cce_migration.operators.velero import BackUpObjectsOperator
from include.errors import ObjectNotFoundError
from include.run import MigrationRun


class Velero:
    """Hold the phase of one backup and count what is asked."""

    def __init__(self) -> None:
        self.phase: str | None = None
        self.submitted = 0
        self.waited = 0
        self.is_disproved = False

    def submit(self, run: MigrationRun) -> str:
        self.submitted += 1
        self.phase = "InProgress"
        return "lab-1"

    def wait(self, run: MigrationRun) -> str:
        self.waited += 1
        self.phase = "Completed"
        return self.phase

    def read(self, cluster: Any, plural: str, name: str) -> str:
        if self.phase is None:
            raise ObjectNotFoundError("gone", status=404)
        return self.phase


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Velero:
    made = Velero()
    monkeypatch.setattr(velero, "submit_backup", made.submit)
    monkeypatch.setattr(velero, "wait_for_backup", made.wait)
    monkeypatch.setattr(velero, "read_phase", made.read)
    monkeypatch.setattr(velero, "is_disproved", lambda run, kind, name: made.is_disproved)
    monkeypatch.setattr(BackUpObjectsOperator, "cluster", lambda self, run: None)
    return made


@pytest.fixture
def operator() -> BackUpObjectsOperator:
    return BackUpObjectsOperator(task_id="velero_backup_restore.back_up_objects")


def test_a_backup_is_submitted_and_waited_for(
    server: Velero, operator: BackUpObjectsOperator, context: dict[str, Any]
) -> None:
    assert operator.execute(context) == "lab-1"
    assert (server.submitted, server.waited) == (1, 1)
    assert context["task_state_store"] == {"name": "lab-1"}


def test_a_killed_tries_backup_is_waited_for_not_made_again(
    server: Velero, operator: BackUpObjectsOperator, context: dict[str, Any]
) -> None:
    context["task_state_store"].set("name", "lab-1")
    server.phase = "InProgress"
    assert operator.execute(context) == "lab-1"
    assert (server.submitted, server.waited) == (0, 1)


def test_a_finished_backup_is_neither_made_nor_waited_for_again(
    server: Velero, operator: BackUpObjectsOperator, context: dict[str, Any]
) -> None:
    context["task_state_store"].set("name", "lab-1")
    server.phase = "Completed"
    assert operator.execute(context) == "lab-1"
    assert (server.submitted, server.waited) == (0, 0)


@pytest.mark.parametrize("phase", ["Failed", "PartiallyFailed", None])
def test_a_failed_or_lost_backup_is_made_again(
    phase: str | None, server: Velero, operator: BackUpObjectsOperator, context: dict[str, Any]
) -> None:
    context["task_state_store"].set("name", "lab-1")
    server.phase = phase
    operator.execute(context)
    assert server.submitted == 1


def test_a_finished_backup_in_which_something_is_missing_is_made_again(
    server: Velero, operator: BackUpObjectsOperator, context: dict[str, Any]
) -> None:
    context["task_state_store"].set("name", "lab-1")
    server.phase, server.is_disproved = "Completed", True
    operator.execute(context)
    assert server.submitted == 1
