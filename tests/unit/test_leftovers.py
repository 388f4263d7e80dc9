"""Clearing up reaches what it can, and never makes a migration that arrived a failed one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include import leftovers
from include.errors import TargetClusterMissingError, TemporaryError
from include.leftovers import remove_leftovers
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster
from tests.builders.runs import run as lab_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    made = lab_run(tmp_path)
    for side in ("source", "target"):
        made.__dict__[side] = MemoryCluster(side)

    def remove_movers(run: MigrationRun, cluster: Any) -> int:
        if cluster.name == "target":
            raise TemporaryError("no answer")
        return 2

    monkeypatch.setattr(leftovers, "remove_movers", remove_movers)
    monkeypatch.setattr(leftovers, "abort_all_uploads", lambda run: 1)
    monkeypatch.setattr(leftovers, "remove_standby_keys", lambda run: 1)
    monkeypatch.setattr(leftovers, "is_traffic_on_target", lambda run: True)
    return made


def test_a_cluster_that_does_not_answer_keeps_nothing_else_from_being_removed(run: MigrationRun) -> None:
    save_plan(run.ledger, Plan(items=[]))
    assert remove_leftovers(run) == 4


def test_without_a_plan_nothing_is_asked(run: MigrationRun) -> None:
    assert remove_leftovers(run) == 0


def test_a_target_that_was_never_made_has_nothing_to_be_removed(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def remove_movers(run: MigrationRun, cluster: Any) -> int:
        if cluster.name == "target":
            raise TargetClusterMissingError("cluster shop-target: does not exist")
        return 0

    monkeypatch.setattr(leftovers, "remove_movers", remove_movers)
    save_plan(run.ledger, Plan(items=[]))

    assert remove_leftovers(run) == 2
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
