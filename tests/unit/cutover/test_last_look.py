"""Everything that the last changes need is asked once more, and whatever does not answer is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cutover import last_look
from include.cutover.last_look import look_once_more
from include.errors import TemporaryError
from include.planning.model import Plan, PlanItem, save_plan
from include.run import MigrationRun
from tests.builders.runs import run as lab_run

ROWS = (
    ("databases/orders", "rds_dump_restore", "database"),
    ("buckets/pictures", "obs_sync", "bucket"),
    ("volumes/shop/uploads", "velero_backup_restore", "volume"),
)


class Asked:
    """Note who was asked."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def ask(self, _: Any, name: str) -> None:
        self.names.append(name)


class Side:
    def __init__(self, name: str, asked: Asked) -> None:
        self.name, self.asked = name, asked

    def version(self) -> None:
        self.asked.names.append(self.name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    monkeypatch.setattr(last_look, "reach_database", made.ask)
    monkeypatch.setattr(last_look, "reach_bucket", made.ask)
    monkeypatch.setattr(last_look, "reach_repository", lambda run: made.ask(run, "repository"))
    monkeypatch.setattr(last_look, "is_traffic_on_target", lambda run: made.ask(run, "front door"))
    return made


@pytest.fixture
def run(tmp_path: Path, asked: Asked) -> MigrationRun:
    made = lab_run(tmp_path)
    rows = [
        PlanItem(key=key, phase=phase, kind=kind, source=key, target=key, action="copy")
        for key, phase, kind in ROWS
    ]
    save_plan(made.ledger, Plan(items=rows))
    for name in ("source", "target"):
        made.__dict__[name] = Side(name, asked)
    return made


def test_clusters_front_door_databases_and_buckets_are_asked(run: MigrationRun, asked: Asked) -> None:
    assert look_once_more(run) == 6
    assert sorted(asked.names) == [
        "buckets/pictures",
        "databases/orders",
        "front door",
        "repository",
        "source",
        "target",
    ]


def test_what_does_not_answer_is_told(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: MigrationRun, key: str) -> None:
        raise TemporaryError(f"{key} does not answer")

    monkeypatch.setattr(last_look, "reach_bucket", away)
    with pytest.raises(TemporaryError, match="buckets/pictures does not answer"):
        look_once_more(run)
