"""Rows become lines that LOAD DATA and INSERT read alike."""

from __future__ import annotations

import pytest

from include.databases.mariadb.lines import (
    insert_statement,
    line_of_cells,
    line_of_text,
    load_statement,
    select_lines,
)
from include.databases.mariadb.packets import _whole_rows
from include.databases.mariadb.pieces import cut
from include.databases.mariadb.tables import Column, Table

COLUMNS = (Column("id", "int"), Column("a`b", "varchar"), Column("e", "enum"), Column("f", "float"))
TABLE = Table("t", 1, columns=COLUMNS, key="id")


def cells(*values: bytes | None) -> bytes:
    return b"".join(b"\xfb" if cell is None else bytes([len(cell)]) + cell for cell in values)


def test_the_source_writes_each_value_as_it_is_stored() -> None:
    assert select_lines("shop", cut(TABLE, [7])[0]) == (
        "select concat(ifnull(`id`, 'NULL'), ',', quote(cast(`a``b` as binary)), ',', "
        "ifnull(cast(`e` as unsigned), 'NULL'), ',', quote(cast(`f` as double))) "
        "from `shop`.`t` force index (primary) where `id` < 7"
    )


def test_a_number_is_no_text_that_looks_like_a_member() -> None:
    assert load_statement("shop", TABLE).endswith("(`id`, `a``b`, @c2, `f`) set `e` = cast(@c2 as unsigned)")
    assert load_statement("shop", Table("t", 1, columns=COLUMNS[:1])).endswith("(`id`)")


def test_an_insert_takes_the_same_lines() -> None:
    statement = insert_statement("shop", TABLE, [b"1,'x',2,'1.5'", b"2,NULL,0,NULL"])
    assert (
        statement
        == b"/* cce-migration copies */ insert into `shop`.`t` (`id`, `a``b`, `e`, `f`) values (1,'x',2,'1.5'),(2,NULL,0,NULL)"
    )


def test_cells_are_escaped_and_null_is_not_the_word() -> None:
    line = line_of_cells(COLUMNS, cells(b"-1", b"N\\U'L\0\x1a,\n", None, b"1e10"))
    assert line == b"-1,'N\\\\U\\'L\\0\\Z,\n',NULL,'1e10'"
    assert line_of_cells(COLUMNS, cells(None, b"NULL", b"3", None)) == b"NULL,'NULL',3,NULL"


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (b"\x03abc", b"abc"),
        (b"\xfc\x2c\x01" + b"x" * 300, b"x" * 300),
        (b"\xfd\x00\x00\x01" + b"x" * 65536, b"x" * 65536),
        (b"\xfe" + (3).to_bytes(8, "little") + b"abc", b"abc"),
        (b"\xfb", None),
    ],
)
def test_a_line_is_taken_out_of_its_packet(payload: bytes, line: bytes | None) -> None:
    assert line_of_text(payload) == line


def test_rows_are_taken_as_whole_packets_wherever_a_block_ends() -> None:
    packets = b"".join(
        len(row).to_bytes(3, "little") + b"\x00" + row for row in (b"\x01a", b"\x02bc", b"\xfe\0\0\x02\0")
    )
    for size in range(len(packets)):
        rows, used, is_done = _whole_rows(bytearray(packets[:size]))
        assert (used, is_done) == ((0, 6, 13)[len(rows)], False)
    assert _whole_rows(bytearray(packets)) == ([b"\x01a", b"\x02bc"], len(packets), True)


def test_a_row_of_several_packets_is_one() -> None:
    first, rest = b"\xfe" + b"x" * 0xFFFFFE, b"yz"
    data = b"\xff\xff\xff\x00" + first + b"\x02\x00\x00\x01" + rest
    assert _whole_rows(bytearray(data[:-1])) == ([], 0, False)
    assert _whole_rows(bytearray(data)) == ([first + rest], len(data), False)
