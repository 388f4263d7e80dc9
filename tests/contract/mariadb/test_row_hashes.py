"""Rows that differ have other hashes, however little; the same rows in another order have the same."""

from __future__ import annotations

import pytest

from tests.contract.mariadb.conftest import Pair

TABLE = (
    "create table t (a varchar(20) character set latin1, b varchar(20) character set utf8mb4, c text, d int, e double, "
    "f varbinary(20), g enum('', 'x'), h datetime(6))"
)
ROW = "('a', 'b', 'c', 1, 0.1, 'f', 'x', '2026-01-01 00:00:00')"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "('a,', 'b', null, null, null, null, null, null)",
            "('a', ',b', null, null, null, null, null, null)",
        ),
        ("('a', '', null, null, null, null, null, null)", "('', 'a', null, null, null, null, null, null)"),
        ("(null, 'a', null, null, null, null, null, null)", "('', 'a', null, null, null, null, null, null)"),
        (
            "('-', null, null, null, null, null, null, null)",
            "(null, null, null, null, null, null, null, null)",
        ),
        (
            "('1:a', 'b', null, null, null, null, null, null)",
            "('a', '1:b', null, null, null, null, null, null)",
        ),
        (
            "(null, null, '-', null, null, null, null, null)",
            "(null, null, null, null, null, null, null, null)",
        ),
        ("(null, null, null, 1, null, null, null, null)", "(null, null, null, null, 1, null, null, null)"),
        (
            "(null, null, null, null, 0.1, null, null, null)",
            "(null, null, null, null, 0.1000000000000001, null, null, null)",
        ),
        (
            "(null, null, null, null, null, x'ff', null, null)",
            "(null, null, null, null, null, x'fe', null, null)",
        ),
        (
            "(x'e4', null, null, null, null, null, null, null)",
            "(x'f6', null, null, null, null, null, null, null)",
        ),
        (
            "('a ', null, null, null, null, null, null, null)",
            "('a', null, null, null, null, null, null, null)",
        ),
        (
            "('A', null, null, null, null, null, null, null)",
            "('a', null, null, null, null, null, null, null)",
        ),
        (
            "(null, null, null, null, null, null, '', null)",
            "(null, null, null, null, null, null, null, null)",
        ),
        (ROW, ROW.replace("00:00:00'", "00:00:00.000001'")),
    ],
)
def test_rows_that_differ_are_told_apart(pair: Pair, one: str, other: str) -> None:
    pair.both(TABLE)
    pair.origin.execute(f"insert into t values {one}", database=pair.database)
    pair.destination.execute(f"insert into t values {other}", database=pair.database)
    assert "t" in pair.differences()


def test_the_order_of_rows_does_not_matter_and_their_number_does(pair: Pair) -> None:
    pair.both(TABLE)
    rows = [ROW, ROW.replace("'a'", "'z'"), ROW]
    pair.origin.execute(f"insert into t values {', '.join(rows)}", database=pair.database)
    pair.destination.execute(f"insert into t values {', '.join(reversed(rows))}", database=pair.database)
    assert pair.differences() == "nothing"
    pair.destination.execute(f"insert into t values {ROW}", database=pair.database)
    assert "t" in pair.differences()


def test_a_row_as_long_as_rows_get_has_a_hash(pair: Pair) -> None:
    pair.both(
        "create table t (a varchar(32000) character set latin1, b varchar(32000) character set latin1, c longtext)"
    )
    pair.both("insert into t values (repeat('a', 32000), repeat('b', 32000), repeat('c', 1000000))")
    assert pair.differences() == "nothing"
    pair.destination.execute("update t set b = concat(left(b, 31999), 'c')", database=pair.database)
    assert "t" in pair.differences()
