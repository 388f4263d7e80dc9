"""What movers that stand by cannot do is done without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.errors import EngineError
from include.run import MigrationRun
from include.volumes import delta
from include.volumes.delta import carry_delta, remove_reader
from include.volumes.movers import can_stand_by
from include.volumes.orders import StandbyLostError
from tests.builders.runs import run as lab_run
from tests.unit.volumes.test_movers import row

BACKUP = 'cce-top 750 33 33\n{"message_type": "summary", "snapshot_id": "0123"}\ncce-tree 1 abc 750 33 33'
RESTORE = '{"message_type": "summary"}\ncce-tree 1 abc 750 33 33'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    made = lab_run(tmp_path)
    made.__dict__["source"], made.__dict__["target"] = "source", "target"
    monkeypatch.setattr(delta, "remove_mover", lambda cluster, mover: removed.append((cluster, mover.name)))
    removed.clear()
    return made


removed: list[Any] = []


def orders(
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None = None,
    *,
    source: str = BACKUP,
    target: str = RESTORE,
) -> list[str]:
    given: list[str] = []

    class Order:
        def __init__(self, cluster: str, mover: Any, text: str) -> None:
            self.cluster, self.text = cluster, text

        def give(self) -> None:
            given.append(f"{self.cluster}: {self.text}")

        def answer(self, is_enough: Any = None) -> str:
            if error:
                raise error
            return source if self.cluster == "source" else target

    monkeypatch.setattr(delta, "Order", Order)
    return given


def test_the_target_is_told_snapshot_and_rights_of_the_source(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = orders(monkeypatch)

    assert carry_delta(run, row(), "final") == (BACKUP, RESTORE)
    assert given == [
        "source: PASS=final SINCE=",
        "target: PASS=final ROOT_MODE=750 ROOT_OWNER=33:33 SNAPSHOT=0123",
    ]
    assert removed == []


SAME = "cce-top 750 33 33\ncce-same\ncce-tree 1 abc 750 33 33"


@pytest.mark.parametrize(("target", "expected"), [("abc", True), ("def", False)])
def test_a_volume_that_seems_unchanged_is_not_copied_and_trees_of_both_sides_decide(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch, target: str, expected: bool
) -> None:
    given = orders(monkeypatch, source=SAME, target=f"cce-tree 1 {target} 750 33 33")

    assert (carry_delta(run, row(), "final") is not None) is expected
    assert given[1] == "target: PASS=final ROOT_MODE=750 ROOT_OWNER=33:33 SNAPSHOT=none"
    assert bool(removed) is not expected


def test_movers_that_are_lost_are_cleared_away_for_others(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders(monkeypatch, StandbyLostError("gone"))

    assert carry_delta(run, row(), "final") is None
    assert [cluster for cluster, _ in removed] == ["source", "target"]


def test_movers_that_failed_are_not_asked_again(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    orders(monkeypatch, EngineError("mover", ["broken"], exit_code=1))

    with pytest.raises(EngineError):
        carry_delta(run, row(), "final")
    assert len(removed) == 2


def test_a_volume_that_several_nodes_mount_is_not_watched() -> None:
    assert can_stand_by(row(access_modes=["ReadWriteMany"]))
    assert not can_stand_by(row(node_path=None, access_modes=["ReadWriteMany"]))
    assert can_stand_by(row(node_path=None, access_modes=["ReadWriteOnce"]))


def test_the_mover_that_wrote_is_left_for_the_claim_s_node_until_the_run_ends(run: MigrationRun) -> None:
    remove_reader(run, row())
    ((cluster, _),) = removed
    assert cluster == "source"
