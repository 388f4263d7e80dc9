"""A database in memory that can be followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.databases import arming, copying, ending, follow, followers, going_back, jobs, resuming
from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import Differences, Fingerprint
from include.databases.following import Applied, Lag
from include.databases.jobs import DatabaseJob
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


class TurnedEngine(FakeEngine):
    """Copy from the target of an engine to its source."""

    def __init__(self, engine: FakeEngine) -> None:
        super().__init__()
        self._engine = engine

    @contextmanager
    def snapshot(self) -> Generator[Snapshot]:
        yield FakeSnapshot(self._engine.target_fingerprint())

    def target_fingerprint(self) -> Fingerprint:
        return self._engine.on_source

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        self._engine.calls.append(f"back {','.join(changed.tables)}")
        self._engine.on_source = source
        return Copied(source, len(changed.tables), 10)


class FakeFollower:
    """Apply one row at a time to an engine in memory."""

    origin = destination = ACCESS

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.slot: str | None = None
        self.slots = 0
        self.noted: str | None = None
        self.is_back = False
        # Off for what no log tells: large objects, unlogged tables.
        self.is_carrying = True
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
            if self.is_back and self.is_carrying:
                self._engine.on_source = self._engine.target_fingerprint()
            elif not self.is_back:
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

    def follower_of(job: DatabaseJob, *, back: bool = False) -> FakeFollower:
        fake.is_back = back
        return fake

    for module in (arming, ending, follow, followers, going_back, resuming):
        monkeypatch.setattr(module, "follower_of", follower_of)
    monkeypatch.setattr(going_back, "turned_engine", lambda job: TurnedEngine(engine))
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
