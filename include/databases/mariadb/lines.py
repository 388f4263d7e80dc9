"""Write rows as lines that LOAD DATA and INSERT read alike: by the source's server, or here where a row is too long for it.

Every value travels as the bytes that the server stores: no character set has a part in it, so that text that its own
character set does not know arrives, too. ENUM, SET and BIT travel as numbers, since an ENUM's empty value has the same text
as a member that is empty, and a FLOAT as the DOUBLE that it is: as text it would lose digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from include.databases.mariadb.left_sessions import MARK
from include.databases.mariadb.pieces import Piece
from include.databases.mariadb.session import quoted
from include.databases.mariadb.tables import Column, Table

NUMBERED = frozenset({"bit", "enum", "set"})
PLAIN = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", *NUMBERED})
AS_TEXT = frozenset({"double", "date", "datetime", "timestamp", "time", "year"})
NULL = b"NULL"
# What an enclosed value must not hold, in the order in which it is replaced.
ESCAPES = ((b"\\", b"\\\\"), (b"'", b"\\'"), (b"\0", b"\\0"), (b"\x1a", b"\\Z"))
FIRST_LONG = 251
# How many bytes hold the length, by the first byte of a value; 251 is NULL.
LENGTH_BYTES = {252: 2, 253: 3, 254: 8}


def select_lines(database: str, piece: Piece) -> str:
    """Return the query for rows as one text each; it is NULL where that would be longer than a packet may be."""
    shown = ", ',', ".join(_quoted_cell(column) for column in piece.table.columns)
    return f"select concat({shown}) from {rows_of(database, piece)}"


def select_cells(database: str, piece: Piece) -> str:
    """Return the query for rows whose lines are made here, by `line_of_cells`."""
    return f"select {', '.join(map(cell_of, piece.table.columns))} from {rows_of(database, piece)}"


def rows_of(database: str, piece: Piece) -> str:
    """Return what stands after FROM for the rows of a piece, former ones of a system-versioned table included."""
    place = f"{quoted(database)}.{quoted(piece.table.name)}"
    if piece.condition:
        return f"{place} force index (primary) where {piece.condition}"
    return f"{place} for system_time all" if piece.table.is_versioned else place


def load_statement(database: str, table: Table) -> str:
    """Return the statement that takes lines from the client."""
    names = [
        f"@c{place}" if column.kind in NUMBERED else quoted(column.name)
        for place, column in enumerate(table.columns)
    ]
    numbers = ", ".join(
        f"{quoted(column.name)} = cast(@c{place} as unsigned)"
        for place, column in enumerate(table.columns)
        if column.kind in NUMBERED
    )
    return (
        f"{MARK} load data local infile 'rows' into table {quoted(database)}.{quoted(table.name)} character set binary "
        r"fields terminated by ',' enclosed by '\'' escaped by '\\' lines terminated by '\n' "
        f"({', '.join(names)})" + f" set {numbers}" * bool(numbers)
    )


def insert_statement(database: str, table: Table, lines: Sequence[bytes]) -> bytes:
    """Return one INSERT of several rows."""
    names = ", ".join(quoted(column.name) for column in table.columns)
    head = f"{MARK} insert into {quoted(database)}.{quoted(table.name)} ({names}) values ("
    return b"".join([head.encode(), b"),(".join(lines), b")"])


def line_of_text(payload: bytes) -> bytes | None:
    """Return the line that the source made, None where it could not."""
    first = payload[0]
    if first < FIRST_LONG:
        return payload[1:]
    return None if first == FIRST_LONG else payload[1 + LENGTH_BYTES[first] :]


def line_of_cells(columns: Sequence[Column], payload: bytes) -> bytes:
    """Return the line of a row that came as cells."""
    return b",".join(
        NULL if cell is None else cell if column.kind in PLAIN else _enclosed(cell)
        for column, cell in zip(columns, _cells(payload), strict=True)
    )


def _cells(payload: bytes) -> Iterator[bytes | None]:
    """Yield the cells of a row as the protocol lays them out."""
    at = 0
    while at < len(payload):
        length, at = payload[at], at + 1
        if length == FIRST_LONG:
            yield None
            continue
        if size := LENGTH_BYTES.get(length, 0):
            length, at = int.from_bytes(payload[at : at + size], "little"), at + size
        yield payload[at : at + length]
        at += length


def _enclosed(cell: bytes) -> bytes:
    for plain, escaped in ESCAPES:
        cell = cell.replace(plain, escaped)
    return b"'" + cell + b"'"


def cell_of(column: Column) -> str:
    """Return a column as it travels: numbers as numbers, text as the bytes that the server stores."""
    name = quoted(column.name)
    if column.kind in NUMBERED:
        return f"cast({name} as unsigned)"
    if column.kind == "float":
        return f"cast({name} as double)"
    return name if column.kind in PLAIN | AS_TEXT else f"cast({name} as binary)"


def _quoted_cell(column: Column) -> str:
    cell = cell_of(column)
    return f"ifnull({cell}, 'NULL')" if column.kind in PLAIN else f"quote({cell})"
