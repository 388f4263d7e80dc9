"""The parts of following a PostgreSQL database that need no server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.databases.postgresql.applying import Statement, Table
from include.databases.postgresql.pgoutput import Delete, Insert, Relation, Update
from include.databases.postgresql.position import Position, Snapshot
from include.databases.postgresql.slots import slot_name
from include.databases.postgresql.stream import position_number, position_text

TABLE = Table(
    Relation(1, "public", 'o"dd', "d", ("id", "na me"), (True, False)),
    frozenset(),
    is_reached_by_cascades=False,
)


@given(st.integers(0, 2**64 - 1))
def test_a_position_is_written_and_read(number: int) -> None:
    assert position_number(position_text(number)) == number


def test_positions_are_written_as_the_server_writes_them() -> None:
    assert position_text(0x1_016B3748) == "1/16B3748"


@pytest.mark.parametrize(
    ("xid", "has"),
    [(99, True), (100, False), (103, True), (105, False), (106, False), (2**32 - 5, True)],
)
def test_a_snapshot_has_what_was_over_at_its_moment(xid: int, has: bool) -> None:
    assert Snapshot("100:105:100,101").has(xid) == has


def test_a_snapshot_knows_ids_on_both_sides_of_a_wrap() -> None:
    snapshot = Snapshot(f"{2**32 + 1}:{2**32 + 9}:{2**32 + 3}")
    assert snapshot.has(2**32 - 1)
    assert snapshot.has(2)
    assert not snapshot.has(3)
    assert not snapshot.has(9)


def test_before_the_horizon_the_snapshot_decides_and_after_it_the_place() -> None:
    first = Position.parse("0/100@10:12:11")
    assert first == Position(0, 0x100, Snapshot("10:12:11"))
    assert first.has(0x50, 10)
    assert not first.has(0x50, 11)
    assert not first.has(0x100, 10), "an id that comes again is another transaction"
    later = Position(0x200, 0x100, Snapshot("10:12:11"))
    assert later.has(0x1FF, 11)
    assert not later.has(0x200, 11)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            Statement(TABLE, Insert, ("id", "na me"), ()),
            'insert into "public"."o""dd" ("id", "na me") overriding system value values (%s, %s)',
        ),
        (
            Statement(TABLE, Update, ("na me",), ("id",)),
            'update only "public"."o""dd" set "na me" = %s where "id" = %s',
        ),
        (Statement(TABLE, Delete, (), ("id",)), 'delete from only "public"."o""dd" where "id" = %s'),
        (
            Statement(TABLE, Delete, (), ("id", "na me"), is_whole_row=True),
            'delete from only "public"."o""dd" where ctid = (select ctid from only "public"."o""dd" '
            'where "id"::text is not distinct from %s and "na me"::text is not distinct from %s limit 1)',
        ),
    ],
)
def test_a_change_is_one_statement(statement: Statement, expected: str) -> None:
    assert statement.text().as_string(None) == expected


def test_each_direction_has_a_slot_of_its_own_that_every_run_finds() -> None:
    one, other = slot_name("a:1", "b:1", "shop"), slot_name("b:1", "a:1", "shop")
    assert one == slot_name("a:1", "b:1", "shop")
    assert one != other
    assert one.startswith("cce_migration_")
