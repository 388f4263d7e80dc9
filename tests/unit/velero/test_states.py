"""What Velero breaks off is made again; what it ends with errors is looked at."""

from __future__ import annotations

from typing import Any

import pytest

from include.errors import TemporaryError
from include.velero.states import wait_until_finished
from tests.builders.objects import MemoryCluster

PATH = "/apis/velero.io/v1/namespaces/velero/backups/lab-1"


def cluster(**status: Any) -> MemoryCluster:
    made = MemoryCluster("source")
    made.objects[PATH] = {"metadata": {"name": "lab-1", "namespace": "velero"}, "status": status}
    return made


def test_a_backup_that_a_starting_server_gave_up_is_worth_another_try() -> None:
    reason = 'found a backup with status "InProgress" during the server starting, mark it as "Failed"'
    with pytest.raises(TemporaryError, match=r"backup velero/lab-1, source cluster: .*server starting"):
        wait_until_finished(cluster(phase="Failed", failureReason=reason), "backups", "lab-1", 1)


@pytest.mark.parametrize("phase", ["Completed", "PartiallyFailed"])
def test_what_came_to_its_end_is_left_to_the_proof(phase: str) -> None:
    assert wait_until_finished(cluster(phase=phase), "backups", "lab-1", 1) == phase
