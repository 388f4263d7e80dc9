"""Tables are cut so that every row is in exactly one piece."""

from __future__ import annotations

from include.databases.postgresql.pieces import Table, cut, cut_all


def test_a_small_table_stays_whole() -> None:
    (piece,) = cut(Table("public.orders", size=99, pages=1), piece_bytes=100)
    assert (piece.condition, piece.bytes) == ("", 99)
    (empty,) = cut(Table("public.nothing", size=0), piece_bytes=100)
    assert empty.condition == ""


def test_pieces_of_pages_follow_each_other_and_are_open_at_both_ends() -> None:
    pieces = cut(Table("t", size=300, pages=30), piece_bytes=100)

    assert [piece.condition for piece in pieces] == [
        "ctid < '(10,0)'::tid",
        "ctid >= '(10,0)'::tid and ctid < '(20,0)'::tid",
        "ctid >= '(20,0)'::tid",
    ]
    assert [piece.bytes for piece in pieces] == [100, 100, 100]


def test_no_more_pieces_than_pages() -> None:
    # long values lie outside of the table's own pages
    pieces = cut(Table("t", size=1000, pages=2), piece_bytes=100)
    assert [piece.condition for piece in pieces] == ["ctid < '(1,0)'::tid", "ctid >= '(1,0)'::tid"]
    assert [piece.condition for piece in cut(Table("t", size=1000, pages=1), piece_bytes=100)] == [""]


def test_an_old_server_s_table_is_cut_by_its_key() -> None:
    pieces = cut(Table("t", size=250, key=("id", -10, 19)), piece_bytes=100)

    assert [piece.condition for piece in pieces] == [
        "id < (0)",
        "id >= (0) and id < (10)",
        "id >= (10)",
    ]


def test_a_key_with_few_values_gives_few_pieces() -> None:
    conditions = [piece.condition for piece in cut(Table("t", size=900, key=("id", 5, 6)), piece_bytes=100)]
    assert conditions == ["id < (6)", "id >= (6)"]


def test_the_largest_pieces_come_first() -> None:
    tables = [Table("small", 10, 1), Table("large", 250, 25), Table("middle", 90, 9)]

    assert [(piece.table.name, piece.bytes) for piece in cut_all(tables, 100)] == [
        ("middle", 90),
        ("large", 83),
        ("large", 83),
        ("large", 83),
        ("small", 10),
    ]
