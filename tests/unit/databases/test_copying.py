"""What a copy does depends on what the target holds and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymysql
import pytest

from include.connections import DatabaseAccess
from include.databases import copying, handover, jobs, proving
from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import Differences, Fingerprint, TableMark
from include.databases.states import CopyState
from include.errors import PermanentError, ProofError, TemporaryError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run

KEY = "shop-orders"
PHASE = "rds_dump_restore"
ACCESS = DatabaseAccess("postgresql", "pg.test", 5432, "root", "password-of-the-tests")


def _content(rows: int, definition: str = "v1") -> Fingerprint:
    return Fingerprint(
        tables={"orders": TableMark(rows=rows, hash=str(rows))}, definitions={"relation orders": definition}
    )


class FakeSnapshot:
    def __init__(self, content: Fingerprint) -> None:
        self._content = content

    def fingerprint(self) -> Fingerprint:
        return self._content

    def position(self) -> str:
        return ""


class FakeEngine:
    """Keep both databases in memory and remember what was asked for."""

    source = target = ACCESS
    database = "shop"

    def __init__(self) -> None:
        self.on_source = _content(10)
        self.on_target: Fingerprint | None = None
        self.state: CopyState | None = None
        self.is_ours = True
        self.calls: list[str] = []

    @contextmanager
    def lock(self) -> Generator[None]:
        yield

    @contextmanager
    def snapshot(self) -> Generator[Snapshot]:
        yield FakeSnapshot(self.on_source)

    def source_size(self) -> int:
        return 1000

    def target_size(self) -> int:
        return 0

    def target_exists(self) -> bool:
        return self.on_target is not None

    def target_is_empty(self) -> bool:
        return self.on_target is None or self.on_target.is_empty

    def target_fingerprint(self) -> Fingerprint:
        return self.on_target or Fingerprint()

    def copy_all(self, snapshot: Snapshot, mark: Callable[[], None]) -> Copied:
        self.calls.append("all")
        mark()
        self.on_target = snapshot.fingerprint()
        return Copied(self.on_target, 1, 1000)

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        self.calls.append(f"changed {','.join(changed.tables)}")
        self.on_target = source
        return Copied(source, len(changed.tables), 10)

    def read_state(self) -> CopyState | None:
        return self.state

    def write_state(self, state: CopyState) -> None:
        self.state = state


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(jobs, "engine_of", lambda run, database: fake)
    monkeypatch.setattr(copying, "is_database_ours", lambda *_: fake.is_ours)
    monkeypatch.setattr(copying, "mark_database", lambda *_: None)
    return fake


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    built = build_run(tmp_path)
    row = plan_row(KEY, PHASE, kind="database", details={"name": KEY})
    save_plan(built.ledger, Plan.model_validate({"items": [row]}))
    return built


def _another_run(first: MigrationRun, tmp_path: Path) -> MigrationRun:
    second = build_run(tmp_path / "second")
    save_plan(second.ledger, Plan.model_validate(first.ledger.read("plan")))
    return second


def test_an_absent_target_gets_everything_and_is_proved(engine: FakeEngine, run: MigrationRun) -> None:
    assert copying.copy_database(run, KEY) == "copied"
    assert proving.prove_database(run, KEY).equal
    assert engine.calls == ["all"]
    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert (item.action, item.bytes) == ("copied", 1000)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (psycopg.errors.InsufficientPrivilege("no"), PermanentError, "the server refuses it"),
        (psycopg.OperationalError("lost"), TemporaryError, "lost; the task retries"),
        (pymysql.err.OperationalError(1142, "denied"), PermanentError, "the server refuses it"),
        (pymysql.err.OperationalError(2013, "lost"), TemporaryError, "the task retries"),
        (pymysql.err.ProgrammingError(1064, "near '*AA'"), PermanentError, "wrong syntax"),
    ],
)
def test_a_driver_s_error_names_the_database_and_fails_the_item(
    engine: FakeEngine, run: MigrationRun, error: Exception, kind: type[Exception], text: str
) -> None:
    def fail(*_: object) -> Copied:
        raise error

    engine.copy_all = fail  # type: ignore[method-assign]

    with pytest.raises(kind, match=rf"database shop-orders \(postgresql shop\), from pg\.test:5432 .*{text}"):
        copying.copy_database(run, KEY)

    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert item.action == "failed"


def test_a_target_of_somebody_else_is_refused(engine: FakeEngine, run: MigrationRun) -> None:
    engine.on_target, engine.is_ours = _content(3), False

    with pytest.raises(PermanentError, match="not marked as of migration lab"):
        copying.copy_database(run, KEY)

    assert engine.calls == []
    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert item.action == "failed"


def test_an_equal_target_is_left_alone(engine: FakeEngine, run: MigrationRun) -> None:
    engine.on_target = _content(10)

    assert copying.copy_database(run, KEY) == "already_equal"
    assert engine.calls == []


def test_only_changed_tables_are_copied_again(engine: FakeEngine, run: MigrationRun) -> None:
    engine.on_target = _content(7)

    assert copying.copy_database(run, KEY) == "copied"
    assert engine.calls == ["changed orders"]


def test_a_half_restored_target_is_made_anew(engine: FakeEngine, run: MigrationRun) -> None:
    engine.on_target = _content(7, definition="half")

    assert copying.copy_database(run, KEY) == "copied"
    assert engine.calls == ["all"]


def test_a_whole_copy_of_a_killed_try_is_kept_though_the_source_moved_on(
    engine: FakeEngine, run: MigrationRun
) -> None:
    copying.copy_database(run, KEY)
    engine.on_source = _content(11)

    assert copying.copy_database(run, KEY) == "already_equal"
    assert proving.prove_database(run, KEY).equal
    assert engine.calls == ["all"]


def test_after_the_delta_the_proof_is_against_the_source_itself(
    engine: FakeEngine, run: MigrationRun
) -> None:
    copying.copy_database(run, KEY)
    engine.on_source = _content(11)

    assert copying.copy_database_delta(run, KEY) == {"tables": 1, "rows": 11, "bytes": 10}
    assert proving.prove_database(run, KEY).equal

    engine.on_source = _content(12)
    with pytest.raises(ProofError, match="differs in tables orders"):
        proving.prove_database(run, KEY)


def test_a_database_can_be_handed_over_only_after_its_delta(engine: FakeEngine, run: MigrationRun) -> None:
    copying.copy_database(run, KEY)
    with pytest.raises(PermanentError, match="copy the delta before the switch"):
        handover.hand_over_databases(run)

    copying.copy_database_delta(run, KEY)
    handover.hand_over_databases(run)

    assert engine.state is not None
    assert engine.state.is_handed_over


def test_a_target_in_use_is_never_overwritten_by_a_later_run(
    engine: FakeEngine, run: MigrationRun, tmp_path: Path
) -> None:
    copying.copy_database_delta(run, KEY)
    handover.hand_over_databases(run)
    engine.on_target = _content(99)
    engine.calls.clear()
    second = _another_run(run, tmp_path)

    assert copying.copy_database(second, KEY) == "already_equal"
    assert proving.prove_database(second, KEY).equal
    assert copying.copy_database_delta(second, KEY)["tables"] == 0
    assert engine.calls == []
    assert engine.on_target == _content(99)


def test_writes_to_both_sides_after_the_hand_over_are_told(
    engine: FakeEngine, run: MigrationRun, tmp_path: Path
) -> None:
    copying.copy_database_delta(run, KEY)
    handover.hand_over_databases(run)
    engine.on_source = _content(11)

    with pytest.raises(PermanentError, match="the source was written to since"):
        copying.copy_database(_another_run(run, tmp_path), KEY)


def test_what_could_not_be_brought_back_is_never_overwritten(
    engine: FakeEngine, run: MigrationRun, tmp_path: Path
) -> None:
    copying.copy_database_delta(run, KEY)
    handover.hand_over_databases(run)
    run.ledger.write(f"following-back/{KEY}", {"key": KEY, "state": "lost"})
    handover.take_back_databases(run)
    engine.on_source = _content(11)

    with pytest.raises(
        PermanentError, match="carry over what the target alone has, and drop the database there"
    ):
        copying.copy_database(run, KEY)


def test_taken_back_the_target_is_overwritten_again(
    engine: FakeEngine, run: MigrationRun, tmp_path: Path
) -> None:
    copying.copy_database_delta(run, KEY)
    handover.hand_over_databases(run)
    handover.take_back_databases(run)
    engine.on_source = _content(11)

    assert copying.copy_database(_another_run(run, tmp_path), KEY) == "copied"
    assert engine.on_target == _content(11)
