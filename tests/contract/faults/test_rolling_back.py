"""A cutover is undone while the target's database cannot be reached: the source serves again, and no promised write is removed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from include.databases import (
    arm_way_back,
    bring_back_databases,
    copy_database,
    copy_database_delta,
    disarm_way_back,
    drop_followers,
    find_written_databases,
    going_back,
    hand_over_databases,
    look_at_ways_back,
    renew_way_back,
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
    (lost,) = bring_back_databases(run, leaves_behind=True)
    assert "what was written on the target since the switch stays there" in lost
    assert f"127.0.0.1:{line.port}" in lost
    with pytest.raises(TemporaryError):
        drop_followers(run)
    write(run, "source", move, 2)

    line.heal()
    take_back_databases(run)
    drop_followers(run, back=True)
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
    assert bring_back_databases(switched.run) == []
    back.join()
    assert switched.run.ledger.read(f"following-back/{KEY}")["equal"]
    assert switched.count(switched.source, 2 * FIRST) == 1


@pytest.fixture
def dumped(kind: str, sides: Sides, tmp_path: Path) -> Followed:
    """A database in mode `dump` whose target has taken over, and taken writes."""
    move = made_move(kind, sides, tmp_path, rows=9_000, mode="dump")
    found = Followed(move, move.copy())
    copy_database_delta(found.run, KEY)
    move.prove()
    hand_over_databases(found.run)
    write(found.run, "target", move, 1)
    return found


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_in_mode_dump_the_tables_that_differ_come_back_whole_and_are_proved(dumped: Followed) -> None:
    run = dumped.run
    assert find_written_databases(run) == []
    assert [way.by for way in look_at_ways_back(run)] == ["tables"]
    assert bring_back_databases(run) == []
    assert dumped.count(dumped.source, 2 * FIRST) == 1
    assert run.ledger.read(f"following-back/{KEY}")["tables"] == 1
    assert run.ledger.proofs("roll_back")[f"database/{KEY}"].equal
    take_back_databases(run)
    later = dumped.move.run("later")
    save_plan(later.ledger, load_plan(run.ledger))
    assert copy_database(later, KEY) == "already_equal"


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_source_that_took_writes_meanwhile_is_found(dumped: Followed) -> None:
    write(dumped.run, "source", dumped.move, 7)
    assert "was written to since the target took over" in find_written_databases(dumped.run)[0]


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_way_back_that_was_given_up_begins_anew_where_it_ended(switched: Followed, move: SmallMove) -> None:
    run = switched.run
    assert bring_back_databases(run) == []
    assert renew_way_back(run) == 1
    write(run, "target", move, 2)
    assert find_written_databases(run) == []
    assert [way.by for way in look_at_ways_back(run)] == ["changes"]
    assert bring_back_databases(run) == []
    assert switched.count(switched.source, 2 * FIRST) == 2
    assert disarm_way_back(run) == 1


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_the_target_kept_and_lost_comes_back_by_whole_tables(
    switched: Followed, move: SmallMove
) -> None:
    with open_database(switched.target) as cursor:
        cursor.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots")
    assert bring_back_databases(switched.run) == []
    assert switched.count(switched.source, 2 * FIRST) == 1
    assert switched.run.ledger.proofs("roll_back")[f"database/{KEY}"].equal
