"""Volumes are only written into claims that a migration made, and read where they can be reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import PermanentError, TemporaryError
from include.run import MigrationRun
from include.volumes.copying import copy_volumes
from include.volumes.manifests import Mover
from include.volumes.users import await_unused, node_using
from tests.builders.objects import MemoryCluster, claim, pod
from tests.builders.runs import run as lab_run
from tests.unit.volumes.recorded_movers import record_movers
from tests.unit.volumes.test_movers import row

MOUNTED = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "uploads"}}]}


def user(node: str = "node-2", **metadata: Any) -> dict[str, Any]:
    made = pod(spec={"nodeName": node, **MOUNTED})
    made["metadata"] |= metadata
    return made


@pytest.fixture
def movers(monkeypatch: pytest.MonkeyPatch) -> list[Mover]:
    return record_movers(monkeypatch, row(node_path=None, node="node-1"))


def run_with(folder: Path, labels: dict[str, str], *users: dict[str, Any]) -> MigrationRun:
    made = lab_run(folder)
    restored = claim()
    restored["metadata"]["labels"] = labels
    made.__dict__["source"] = MemoryCluster("source", claim(), *users)
    made.__dict__["target"] = MemoryCluster("target", restored)
    return made


def test_a_claim_that_no_restore_made_is_never_written_to(tmp_path: Path, movers: list[Mover]) -> None:
    run = run_with(tmp_path, {"team": "somebody else"})

    with pytest.raises(
        PermanentError, match=r"PersistentVolumeClaim shop/uploads, target cluster: was not made"
    ):
        copy_volumes(run)

    assert movers == []


def test_a_disk_is_read_on_the_node_where_it_is_mounted_now(tmp_path: Path, movers: list[Mover]) -> None:
    copy_volumes(run_with(tmp_path, {"velero.io/restore-name": "one"}, user("node-2")))

    assert [mover.node for mover in movers] == ["node-2", None]


def test_a_disk_that_nobody_mounts_is_read_on_any_node(tmp_path: Path, movers: list[Mover]) -> None:
    copy_volumes(run_with(tmp_path, {"velero.io/restore-name": "one"}))

    assert [mover.node for mover in movers] == [None, None]


def test_a_pod_that_takes_its_time_to_end_is_waited_for_again() -> None:
    ending = MemoryCluster("target", user(deletionTimestamp="2026-11-26T10:00:00Z"))
    going_on = MemoryCluster("target", user())

    with pytest.raises(TemporaryError, match="is in use by web-1"):
        await_unused(ending, "shop", "uploads", timeout_seconds=0)
    with pytest.raises(PermanentError, match="is in use by web-1"):
        await_unused(going_on, "shop", "uploads", timeout_seconds=0)


def test_a_pod_without_a_node_does_not_choose_one() -> None:
    waiting = pod(spec=MOUNTED)

    assert node_using(MemoryCluster("source", waiting), "shop", "uploads") is None
