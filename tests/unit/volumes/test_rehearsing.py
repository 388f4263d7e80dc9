"""The last pass is measured by movers that stand by, where the cutover will have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.planning.model import PlanItem
from include.volumes import rehearsing
from include.volumes.orders import StandbyLostError
from include.volumes.rehearsing import end_standing_by, rehearse_last_changes
from tests.builders.runs import run as lab_run
from tests.unit.volumes.test_movers import row

DISK = row(node_path=None, access_modes=["ReadWriteOnce"])
SHARE = row(node_path=None, access_modes=["ReadWriteMany"])


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    monkeypatch.setattr(rehearsing, "copy_volumes", lambda run, keys: seen.append(("copied", keys)))
    for name in ("end_writer", "remove_reader", "remove_standby"):
        monkeypatch.setattr(rehearsing, name, lambda run, row, name=name: seen.append((name, row.key)))
    return seen


def carrying(
    monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, Any]], row: PlanItem, answer: Any
) -> None:
    monkeypatch.setattr(rehearsing, "volume_rows", lambda run: [row])

    def carry(run: Any, row: PlanItem, which: str) -> Any:
        done.append(("carried", which))
        return answer

    monkeypatch.setattr(rehearsing, "carry_delta", carry)


def test_movers_that_stand_by_carry_it_and_end_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, Any]]
) -> None:
    carrying(monkeypatch, done, DISK, ("read", "written"))
    rehearse_last_changes(lab_run(tmp_path))
    end_standing_by(lab_run(tmp_path))
    assert done == [("carried", "rehearsed"), ("end_writer", DISK.key), ("remove_reader", DISK.key)]


def test_movers_that_are_lost_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, Any]]
) -> None:
    def lost(run: Any, row: PlanItem) -> None:
        raise StandbyLostError("went away")

    carrying(monkeypatch, done, DISK, None)
    monkeypatch.setattr(rehearsing, "end_writer", lost)
    end_standing_by(lab_run(tmp_path))
    assert done == [("remove_standby", DISK.key)]


def test_a_volume_whose_movers_are_lost_is_copied_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, Any]]
) -> None:
    carrying(monkeypatch, done, DISK, None)
    rehearse_last_changes(lab_run(tmp_path))
    assert done == [("carried", "rehearsed"), ("copied", [DISK.key])]


def test_a_shared_volume_has_no_movers_that_stand_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, Any]]
) -> None:
    carrying(monkeypatch, done, SHARE, ("read", "written"))
    rehearse_last_changes(lab_run(tmp_path))
    end_standing_by(lab_run(tmp_path))
    assert done == [("copied", [SHARE.key])]
