"""Which attempt is submitted: one that runs or succeeded is kept, any other is followed by the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.run import MigrationRun
from include.velero.attempts import choose_name, disprove, is_disproved
from tests.builders.objects import MemoryCluster
from tests.builders.runs import run as lab_run

API = "/apis/velero.io/v1/namespaces/velero/restores"


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return lab_run(tmp_path)


def cluster(*attempts: tuple[str, str]) -> MemoryCluster:
    made = MemoryCluster("target")
    for name, phase in attempts:
        made.objects[f"{API}/{name}"] = {"metadata": {"name": name}, "status": {"phase": phase}}
    return made


@pytest.mark.parametrize(
    ("phase", "ending"),
    [("InProgress", ""), ("Completed", ""), ("PartiallyFailed", "-2"), ("FailedValidation", "-2")],
)
def test_only_a_failed_one_is_followed_by_another(run: MigrationRun, phase: str, ending: str) -> None:
    target = cluster((run.short_id, phase))
    assert choose_name(run, "restore", target) == f"{run.short_id}{ending}"


def test_one_in_which_something_is_missing_is_followed_by_another_once(run: MigrationRun) -> None:
    target = cluster((run.short_id, "Completed"), (f"{run.short_id}-2", "Completed"))
    disprove(run, "restore", run.short_id)
    assert is_disproved(run, "restore", run.short_id)
    assert choose_name(run, "restore", target) == f"{run.short_id}-2"
    assert choose_name(run, "restore", target) == f"{run.short_id}-2"


def test_what_was_found_of_a_restore_says_nothing_of_the_backup(run: MigrationRun) -> None:
    disprove(run, "restore", run.short_id)
    assert not is_disproved(run, "backup", run.short_id)
