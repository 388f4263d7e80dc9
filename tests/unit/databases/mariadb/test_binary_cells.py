"""Cells of a binary log become SQL that means the same; the bytes are those that a server's log holds."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from include.databases.mariadb import binary_cells as cells
from include.databases.mariadb.binary_cells import Bytes, cell_reader
from include.databases.mariadb.followed_tables import FollowedColumn
from include.errors import PermanentError


def column(
    kind: str = "int", charset: str | None = None, size: int = 0, unsigned: bool = False
) -> FollowedColumn:
    return FollowedColumn("c", kind, charset, size, is_unsigned=unsigned, is_generated=False)


@pytest.mark.parametrize(
    ("described", "shape", "stored", "expected"),
    [
        ({"type": cells.TINY}, column(), b"\x80", "-128"),
        ({"type": cells.TINY}, column(unsigned=True), b"\x80", "128"),
        ({"type": cells.INT24}, column(), b"\xff\xff\x7f", "8388607"),
        ({"type": cells.LONGLONG}, column(unsigned=True), b"\xff" * 8, "18446744073709551615"),
        ({"type": cells.DOUBLE}, column(), b"\x00" * 7 + b"\x80", "-0.0e0"),
        ({"type": cells.FLOAT}, column(), b"\xcd\xcc\x8c\x3f", "1.100000023841858e0"),
        ({"type": cells.YEAR}, column(), b"\x00", "'0000'"),
        ({"type": cells.YEAR}, column(), b"\x01", "'1901'"),
        ({"type": cells.DATE}, column(), b"\x00\x00\x00", "'0000-00-00'"),
        ({"type": cells.DATE}, column(), (2024 << 9 | 2 << 5 | 31).to_bytes(3, "little"), "'2024-02-31'"),
        ({"type": cells.ENUM, "size": 1}, column("enum"), b"\x00", "0"),
        ({"type": cells.SET, "size": 2}, column("set"), b"\x01\x01", "257"),
        ({"type": cells.BIT, "bytes": 3}, column("bit"), b"\x01\x00\x01", "65537"),
        (
            {"type": cells.VARCHAR, "max_length": 255},
            column("varchar", "latin1"),
            b"\x02\x81\xe9",
            "_latin1 x'81e9'",
        ),
        (
            {"type": cells.VARCHAR, "max_length": 256},
            column("varchar", "utf8mb4"),
            b"\x00\x00",
            "_utf8mb4 x''",
        ),
        ({"type": cells.STRING, "max_length": 6}, column("binary", size=6), b"\x01\x07", "x'070000000000'"),
        ({"type": cells.BLOB, "length_size": 2}, column("blob"), b"\x02\x00\x00\xff", "x'00ff'"),
        ({"type": cells.TIMESTAMP, "fsp": 0}, column("timestamp"), b"\x00" * 4, "'0000-00-00 00:00:00'"),
        (
            {"type": cells.TIMESTAMP, "fsp": 2},
            column("timestamp"),
            b"\x00\x00\x00\x01\x05",
            "'1970-01-01 00:00:01.05'",
        ),
        (
            {"type": cells.DATETIME, "fsp": 0},
            column("datetime"),
            b"\x80\x00\x00\x00\x00",
            "'0000-00-00 00:00:00'",
        ),
        ({"type": cells.TIME, "fsp": 0}, column("time"), b"\x80\x00\x01", "'00:00:01'"),
        ({"type": cells.TIME, "fsp": 0}, column("time"), b"\x7f\xff\xff", "'-00:00:01'"),
        ({"type": cells.TIME, "fsp": 1}, column("time"), b"\x7f\xff\xff\xce", "'-00:00:00.5'"),
    ],
)
def test_a_cell_is_written_exactly(
    described: dict[str, int], shape: FollowedColumn, stored: bytes, expected: str
) -> None:
    data = Bytes(stored)

    assert cell_reader(SimpleNamespace(**described), shape)(data) == expected
    assert data.is_at_end


@pytest.mark.parametrize(
    ("stored", "precision", "scale", "expected"),
    [
        ("810dfb38d204d2", 14, 4, "1234567890.1234"),
        ("7ef204c72dfb2d", 14, 4, "-1234567890.1234"),
        ("80000000", 7, 2, "0"),
        ("8001", 3, 0, "1"),
        ("7ffe", 3, 0, "-1"),
        ("803039", 5, 5, "0.12345"),
    ],
)
def test_a_decimal_keeps_every_digit(stored: str, precision: int, scale: int, expected: str) -> None:
    assert Decimal(cells.decimal(Bytes(bytes.fromhex(stored)), precision, scale)) == Decimal(expected)


def test_a_type_that_cannot_be_read_is_told() -> None:
    with pytest.raises(PermanentError, match=r"column c: .*type 140 .*copy by dump"):
        cell_reader(SimpleNamespace(type=140), column("text"))


def test_text_is_compared_byte_by_byte_and_null_as_itself() -> None:
    text = column("varchar", "latin1")

    assert text.equals("_latin1 x'41'") == "binary `c` <=> x'41'"
    assert text.equals("NULL") == "`c` <=> NULL"
    assert column().equals("5") == "`c` <=> 5"
