"""A database in memory that can be followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.databases import copying, follow, followers, going_back, jobs, resuming
from include.databases.engine import Snapshot
from include.databases.following import Applied, Lag
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.databases.test_copying import ACCESS, KEY, PHASE, FakeEngine, FakeSnapshot


class LocatedSnapshot(FakeSnapshot):
    def position(self) -> str:
        return "at the copy"


class FollowedEngine(FakeEngine):
    """Know where the log is, too."""

    @contextmanager
    def snapshot(self) -> Generator[Snapshot]:
        yield LocatedSnapshot(self.on_source)


class FakeFollower:
    """Apply one row at a time to an engine in memory."""

    origin = destination = ACCESS

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.slot: str | None = None
        self.slots = 0
        self.noted: str | None = None
        self.present = Lag(0, 0.1, 1000)
        self.changed: list[str] = []
        self.calls: list[str] = []
        self.applying: Callable[[], None] = lambda: None

    def prepare(self) -> str:
        if self.slot is None:
            self.slots += 1
            self.slot = f"slot {self.slots}"
        return self.slot

    def still_keeps(self, prepared: str) -> bool:
        return self.prepare() == prepared

    def begin(self, position: str) -> None:
        self.calls.append(f"begin {position}")
        self.noted = position

    def position(self) -> str | None:
        return self.noted

    def apply(self, until: str | None = None, seconds: float = 5.0) -> Applied:
        self.applying()
        time.sleep(0.005)
        if until is not None:
            self.calls.append(f"apply until {until}")
            self._engine.on_target = self._engine.on_source
        return Applied(1, 2, "here", is_complete=True)

    def changed_definitions(self) -> list[str]:
        return self.changed

    def end_position(self) -> str:
        return "the end"

    def lag(self) -> Lag:
        return self.present

    def finish(self) -> None:
        self.calls.append("finish")
        self.noted = None

    def drop(self) -> None:
        self.calls.append("drop")
        self.slot = self.noted = None

    def close(self) -> None:
        pass


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FollowedEngine:
    fake = FollowedEngine()
    monkeypatch.setattr(jobs, "engine_of", lambda run, database: fake)
    monkeypatch.setattr(copying, "is_database_ours", lambda *_: True)
    monkeypatch.setattr(copying, "mark_database", lambda *_: None)
    return fake


@pytest.fixture
def follower(engine: FollowedEngine, monkeypatch: pytest.MonkeyPatch) -> FakeFollower:
    fake = FakeFollower(engine)
    for module in (follow, followers, going_back, resuming):
        monkeypatch.setattr(module, "follower_of", lambda job, *, back=False: fake)
    return fake


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    wanted = definition(lambda document: document["databases"][0].update(mode="follow"))
    built = build_run(tmp_path, definition=wanted)
    save_plan(
        built.ledger,
        Plan.model_validate({"items": [plan_row(KEY, PHASE, kind="database", details={"name": KEY})]}),
    )
    return built


def stop_after(follower: FakeFollower, run: MigrationRun, times: int) -> None:
    left = iter(range(times))

    def applying() -> None:
        if next(left, None) is None:
            follow.stop_following(run)

    follower.applying = applying
