"""A cutover is undone while the target's database cannot be reached: the source serves again, and no promised write is removed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from include.databases import (
    arm_way_back,
    bring_back,
    copy_database,
    drop_followers,
    going_back,
    hand_over_databases,
    take_back_databases,
)
from include.errors import PermanentError, TemporaryError
from include.planning.database_client import open_database
from include.planning.model import load_plan, save_plan
from include.run import MigrationRun
from lab.toxiproxy import Link, Toxiproxy
from tests.builders.moves import KEY, SmallMove
from tests.contract.faults.conftest import ENGINES, Sides, lead_over, made_move
from tests.contract.faults.followed import FIRST, Followed, Writer

WRITE = "insert into orders values (%s, 'after the switch', 'of a customer')"
DROP = "drop database {}"
SECONDS_AWAY = 5.0


@pytest.fixture
def move(kind: str, sides: Sides, tmp_path: Path) -> SmallMove:
    return made_move(kind, sides, tmp_path, rows=9_000, mode="follow")


@pytest.fixture
def line(move: SmallMove, proxy: Toxiproxy) -> Link:
    return lead_over(proxy, move, "target")


@pytest.fixture
def switched(move: SmallMove, line: Link) -> Followed:
    """A database whose customers are on the target, which has taken writes."""
    found = Followed(move, move.copy())
    with Writer(found.source, move.name).writing() as writer, found.following() as task:
        found.wait_for(FIRST + 1, task)
        found.wait_for(writer.next_row(), task)
    assert found.finish() == 0
    hand_over_databases(found.run)
    assert arm_way_back(found.run) == 1
    write(found.run, "target", move, 1)
    return found


def write(run: MigrationRun, side: str, move: SmallMove, number: int) -> None:
    access = run.connections.database(move.sides[side], move.kind)  # type: ignore[arg-type]
    with open_database(access, move.name) as cursor:
        cursor.execute(WRITE, (2 * FIRST + number,))


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_target_that_cannot_be_reached_is_left_behind_and_keeps_what_it_alone_has(
    switched: Followed, move: SmallMove, line: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going_back, "PATIENCE_SECONDS", 3.0)
    run = switched.run
    line.cut()
    (lost,) = bring_back(run)
    assert "what was written on the target since the switch stays there" in lost
    assert f"127.0.0.1:{line.port}" in lost
    with pytest.raises(TemporaryError):
        drop_followers(run)
    write(run, "source", move, 2)

    line.heal()
    take_back_databases(run)
    drop_followers(run)
    later = move.run("later")
    save_plan(later.ledger, load_plan(run.ledger))
    with pytest.raises(
        PermanentError, match=r"carry over what the target alone has, and drop the database there"
    ):
        copy_database(later, KEY)
    assert switched.count(switched.target, 2 * FIRST) == 1

    with open_database(switched.target) as cursor:
        cursor.execute(DROP.format(move.name))
    assert copy_database(later, KEY) == "copied"
    assert switched.count(switched.target, 2 * FIRST) == 1


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_target_that_is_back_within_a_minute_gives_its_writes_to_the_source(
    switched: Followed, line: Link
) -> None:
    line.cut()
    back = threading.Timer(SECONDS_AWAY, line.heal)
    back.start()
    assert bring_back(switched.run) == []
    back.join()
    assert switched.run.ledger.read(f"following-back/{KEY}")["equal"]
    assert switched.count(switched.source, 2 * FIRST) == 1
