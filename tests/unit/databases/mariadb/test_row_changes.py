"""Rows of a log become statements that find exactly one row each."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from include.databases.mariadb import row_changes
from include.databases.mariadb.binary_cells import LONG, VARCHAR, Bytes
from include.databases.mariadb.followed_tables import FollowedColumn, FollowedTable
from include.databases.mariadb.row_changes import Kind, RowReader, Statement, statements
from include.errors import PermanentError

ID = FollowedColumn("id", "int", None, 0, is_unsigned=False, is_generated=False)
NAME = FollowedColumn("na`me", "varchar", "utf8mb4", 0, is_unsigned=False, is_generated=False)
MADE = FollowedColumn("made", "int", None, 0, is_unsigned=False, is_generated=True)
IN_LOG = [
    SimpleNamespace(type=LONG),
    SimpleNamespace(type=VARCHAR, max_length=40),
    SimpleNamespace(type=LONG),
]
WHOLE = b"\x07"
# without the generated column
WRITTEN = b"\x03"
FIRST = b"\x00\x01\x00\x00\x00\x01a"
SECOND_NULL = b"\x02\x02\x00\x00\x00"


def told(kind: Kind, data: bytes, bitmaps: list[bytes], key: tuple[int, ...] = (0,)) -> list[Statement]:
    table = FollowedTable("items", (ID, NAME, MADE), key)
    reader = RowReader("stock", table, IN_LOG)
    return list(statements("stock", table, kind, reader.changes(kind, Bytes(data), bitmaps)))


def test_rows_that_came_together_are_inserted_together() -> None:
    (statement,) = told("insert", FIRST + SECOND_NULL, [WRITTEN])

    assert statement.rows == 2
    assert (
        statement.sql == "insert into `stock`.`items` (`id`, `na``me`) values (1, _utf8mb4 x'61'), (2, NULL)"
    )


def test_a_long_insert_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_changes, "LONGEST_INSERT", 10)

    assert [statement.rows for statement in told("insert", FIRST * 3, [WRITTEN])] == [1, 1, 1]


def test_a_row_is_found_by_its_key_and_every_column_set() -> None:
    (statement,) = told("update", FIRST + SECOND_NULL, [WRITTEN, WRITTEN])

    assert statement.sql == "update `stock`.`items` set `id` = 2, `na``me` = NULL where `id` = 1"


def test_a_row_without_a_key_is_found_by_all_it_holds() -> None:
    (statement,) = told("delete", FIRST, [WRITTEN], key=())

    assert (
        statement.sql == "delete from `stock`.`items` where `id` <=> 1 and binary `na``me` <=> x'61' limit 1"
    )


def test_what_a_generated_column_holds_is_read_over() -> None:
    (statement,) = told("delete", FIRST + b"\x09\x00\x00\x00", [WHOLE])

    assert statement.sql == "delete from `stock`.`items` where `id` = 1"


def test_a_row_that_lacks_a_column_is_refused() -> None:
    with pytest.raises(PermanentError, match=r"stock.items: .*leaves out columns \(na`me\)"):
        told("insert", b"\x00\x01\x00\x00\x00", [b"\x01"])


def test_a_table_of_another_shape_is_refused() -> None:
    with pytest.raises(PermanentError, match="3 columns in the origin's log and 1 on the destination"):
        RowReader("stock", FollowedTable("items", (ID,), (0,)), IN_LOG)
