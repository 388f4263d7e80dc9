"""What Velero breaks off is made again; what it ends with errors is looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from include.errors import PermanentError, TemporaryError, WaitTimeoutError
from include.velero import states
from include.velero.states import read_phase, wait_until_finished
from tests.builders.objects import MemoryCluster

PATH = "/apis/velero.io/v1/namespaces/velero/backups/lab-1"


def cluster(**status: Any) -> MemoryCluster:
    made = MemoryCluster("source")
    made.objects[PATH] = {
        "apiVersion": "velero.io/v1",
        "kind": "Backup",
        "metadata": {"name": "lab-1", "namespace": "velero"},
        "status": status,
    }
    return made


def test_a_backup_that_a_starting_server_gave_up_is_worth_another_try() -> None:
    reason = 'found a backup with status "InProgress" during the server starting, mark it as "Failed"'
    with pytest.raises(TemporaryError, match=r"backup velero/lab-1, source cluster: .*server starting"):
        wait_until_finished(cluster(phase="Failed", failureReason=reason), "backups", "lab-1", 1)


OUTAGES = [
    "backup can't be created because BackupStorageLocation cce-lab is in Unavailable status.",
    "The BSL cce-lab is unavailable, cannot retrieve the backup",
]


@pytest.mark.parametrize("reason", OUTAGES)
def test_what_velero_refuses_while_the_bucket_is_away_is_worth_another_try(reason: str) -> None:
    refused = cluster(phase="FailedValidation", validationErrors=[reason])
    with pytest.raises(TemporaryError, match="the object storage does not answer"):
        wait_until_finished(refused, "backups", "lab-1", 1)


def test_what_velero_refuses_otherwise_is_not_tried_again() -> None:
    refused = cluster(phase="FailedValidation", validationErrors=[*OUTAGES, "no such namespace"])
    with pytest.raises(PermanentError, match="no such namespace"):
        wait_until_finished(refused, "backups", "lab-1", 1)


def test_a_refused_one_can_be_looked_at_by_a_task_that_makes_another() -> None:
    refused = cluster(phase="FailedValidation", validationErrors=["no such namespace"])
    assert read_phase(refused, "backups", "lab-1") == "FailedValidation"


@pytest.mark.parametrize("phase", ["Completed", "PartiallyFailed"])
def test_what_came_to_its_end_is_left_to_the_proof(phase: str) -> None:
    assert wait_until_finished(cluster(phase=phase), "backups", "lab-1", 1) == phase


def test_what_stands_still_is_given_up_with_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "POLL_SECONDS", 0.01)
    stuck = cluster(phase="InProgress", progress={"itemsBackedUp": 3, "totalItems": 9})
    with pytest.raises(WaitTimeoutError, match=r"is InProgress, 3 of 9 objects, and has not moved for"):
        wait_until_finished(stuck, "backups", "lab-1", 0.05)


def test_what_moves_on_may_take_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cluster(phase="InProgress", progress={"itemsBackedUp": 0, "totalItems": 9})
    status = made.objects[PATH]["status"]

    def move_on(seconds: float) -> None:
        clock[0] += seconds
        status["progress"]["itemsBackedUp"] += 1
        if status["progress"]["itemsBackedUp"] == 9:
            status["phase"] = "Completed"

    clock = [0.0]
    monkeypatch.setattr(states, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=move_on))
    assert wait_until_finished(made, "backups", "lab-1", 2 * states.POLL_SECONDS) == "Completed"
