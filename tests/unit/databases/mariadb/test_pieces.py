"""Tables are cut so that every row is in exactly one piece."""

from __future__ import annotations

from include.databases.mariadb.pieces import bounds_of, cut, largest_first
from include.databases.mariadb.tables import Table


def test_a_small_table_and_one_without_a_key_stay_whole() -> None:
    small = Table("orders", size=99, key="id")
    assert bounds_of(small, (1, 50), piece_bytes=100) == []
    assert bounds_of(Table("keyless", size=999), None, piece_bytes=100) == []
    (piece,) = cut(small, [])
    assert (piece.number, piece.condition, piece.bytes) == (0, "", 99)


def test_pieces_of_a_key_follow_each_other_and_are_open_at_both_ends() -> None:
    table = Table("t", size=300, key="odd `id")
    pieces = cut(table, bounds_of(table, (-10, 19), piece_bytes=100))

    assert [piece.condition for piece in pieces] == [
        "`odd ``id` < 0",
        "`odd ``id` >= 0 and `odd ``id` < 10",
        "`odd ``id` >= 10",
    ]
    assert [(piece.number, piece.bytes) for piece in pieces] == [(0, 100), (1, 100), (2, 100)]


def test_a_key_with_few_values_gives_few_pieces() -> None:
    assert bounds_of(Table("t", size=900, key="id"), (5, 6), piece_bytes=100) == [6]


def test_the_largest_pieces_come_first() -> None:
    tables = [Table("small", 10), Table("large", 250), Table("middle", 90)]
    pieces = [piece for table in tables for piece in cut(table, [])]
    assert [piece.table.name for piece in largest_first(pieces)] == ["large", "middle", "small"]
