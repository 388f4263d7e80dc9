"""Stream rows from one server into another, without a file between them."""

from __future__ import annotations

import select
from collections.abc import Callable, Generator

import psycopg
from psycopg import sql

from include.databases.postgresql.pieces import Piece
from include.databases.postgresql.session import Connection

# A block is what one call hands over. psycopg's own loop hands over each row, which takes ten times as long for short rows.
BLOCK_BYTES = 64 * 1024
Moved = Callable[[int, int], None]


def stream_piece(
    source: Connection, target: Connection, piece: Piece, *, is_binary: bool, is_new: bool, moved: Moved
) -> None:
    """Copy the rows of a piece; the target session is in a transaction of the caller's.

    :param is_new: the table was truncated in this transaction, so that nobody else sees the rows: they are written as
        rows that no vacuum has to visit again.
    :param moved: called with rows and bytes as they pass.
    """
    options = ["format binary"] * is_binary
    with (
        source.cursor() as reading,
        target.cursor() as writing,
        reading.copy(_statement(f"copy {_rows_of(piece)} to stdout", options)),
        writing.copy(
            _statement(f"copy {_table_of(piece)} from stdin", [*options, *["freeze"] * is_new])
        ) as into,
    ):
        for rows, block in _blocks(source.pgconn):
            into.write(block)
            moved(rows, len(block))


def _table_of(piece: Piece) -> str:
    columns = ", ".join(piece.table.columns)
    return f"{piece.table.name} ({columns})" if columns else piece.table.name


def _rows_of(piece: Piece) -> str:
    if not piece.condition:
        return _table_of(piece)
    return f"(select {', '.join(piece.table.columns)} from only {piece.table.name} where {piece.condition})"


def _blocks(reading: psycopg.pq.abc.PGconn) -> Generator[tuple[int, bytes]]:
    """Yield the number of rows and the bytes of what has arrived, until the server says that it is all.

    :raises psycopg.Error: when the source ends the stream with an error; the target then takes nothing.
    """
    arrival = select.poll()
    arrival.register(reading.socket, select.POLLIN)
    is_done, counted = False, 0
    while not is_done:
        rows, is_done = _arrived(reading)
        counted += len(rows)
        if rows:
            yield len(rows), b"".join(rows)
        elif not is_done:
            arrival.poll()
            reading.consume_input()
    # In binary the end is a message, too, which is no row.
    yield _rows_at_end(reading) - counted, b""


def _arrived(reading: psycopg.pq.abc.PGconn) -> tuple[list[memoryview], bool]:
    """Return at most a block of rows that are here already, and whether the stream is at its end."""
    rows: list[memoryview] = []
    size = 0
    while size < BLOCK_BYTES:
        length, row = reading.get_copy_data(1)
        if length <= 0:
            return rows, length < 0
        rows.append(row)
        size += length
    return rows, False


def _rows_at_end(reading: psycopg.pq.abc.PGconn) -> int:
    """Return how many rows the server says it has sent."""
    count = 0
    while (result := reading.get_result()) is not None:
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
        count = result.command_tuples or 0
    return count


def _statement(text: str, options: list[str]) -> sql.SQL:
    # Names come from the server's own quoting (regclass, quote_ident).
    return sql.SQL(f"{text} ({', '.join(options)})" if options else text)
