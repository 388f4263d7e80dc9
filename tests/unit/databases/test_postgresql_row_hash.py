"""A row is hashed value by value, each by its type."""

from __future__ import annotations

import pytest

from include.databases.postgresql.row_hash import MOST_CELLS, WHOLE, Cell, row_hash


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell("n", "int4", True), "hashint4extended(r.n, 0::bigint)"),
        (
            Cell("n", "int2", False),
            "hashint4extended(coalesce(r.n, 0), 0::bigint # (r.n is null)::int::bigint)",
        ),
        (Cell("n", "int8", True), "hashint8extended(r.n >> 32, hashint8extended(r.n, 0::bigint))"),
        (Cell('"N"', "varchar", True), 'hashtextextended(r."N" collate "C", 0::bigint)'),
        (Cell("n", "numeric", True), 'hashtextextended(concat(r.n) collate "C", 0::bigint)'),
    ],
)
def test_a_value_is_hashed_by_its_type(cell: Cell, expected: str) -> None:
    assert row_hash([cell]) == expected


def test_each_hash_is_the_seed_of_the_next() -> None:
    cells = [Cell("a", "int4", True), Cell("b", "int4", True)]
    assert row_hash(cells) == "hashint4extended(r.b, hashint4extended(r.a, 0::bigint))"


def test_a_row_without_columns_has_a_hash() -> None:
    assert row_hash([]) == "0::bigint"


def test_a_wide_row_is_hashed_as_one_text() -> None:
    cells = [Cell("n", "int8", False)]
    assert row_hash(cells * MOST_CELLS) != WHOLE
    assert row_hash(cells * (MOST_CELLS + 1)) == WHOLE
