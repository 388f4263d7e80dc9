"""Move rows as the packets in which they travel: a driver's own loop over rows makes Python values of each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

BLOCK_BYTES = 256 * 1024
HEADER_BYTES = 4
# A packet of this length goes on in the next one.
LONGEST_PACKET = 0xFFFFFF
END, ERROR = 0xFE, 0xFF
LONGEST_END = 9
SERVER_LOST = 2013


def read_rows(connection: Any, query: str) -> Iterator[list[bytes]]:
    """Yield the rows of a query as the server sends them, as many at once as have arrived.

    A reader that is left before its end closes the connection: its other rows would be taken for the next answer.

    :raises pymysql.MySQLError: when the server ends the rows with an error, or is lost.
    """
    connection.query(query, unbuffered=True)
    # The driver's result must not read to the end by itself when it is thrown away.
    connection._result.unbuffered_active = False
    data, is_done = bytearray(), False
    try:
        while not is_done:
            block = _next_block(connection)
            data += block
            rows, used, is_done = _whole_rows(data)
            del data[:used]
            if rows:
                yield rows
    finally:
        if not is_done:
            connection._force_close()


def _next_block(connection: Any) -> bytes:
    try:
        block: bytes = connection._rfile.read1(BLOCK_BYTES)
    except OSError as error:
        raise _lost() from error
    if not block:
        raise _lost()
    return block


def load_blocks(connection: Any, statement: str, blocks: Iterable[bytes]) -> int:
    """Answer a LOAD DATA LOCAL with these blocks, whatever file the server names; return how many rows it took.

    :raises pymysql.MySQLError: when the server refuses; a block that cannot be had ends the connection, for the server must
        not take the end of what has come for the end of all.
    """
    from pymysql.constants import COMMAND

    connection._execute_command(COMMAND.COM_QUERY, statement)
    connection._read_packet()
    try:
        for block in blocks:
            connection.write_packet(block)
    except BaseException:
        connection._force_close()
        raise
    connection.write_packet(b"")
    return int(connection._read_query_result())


def _whole_rows(data: bytearray) -> tuple[list[bytes], int, bool]:
    """Return the rows that are there as a whole, the bytes that these take, and whether the last one was the end."""
    rows: list[bytes] = []
    at, size = 0, len(data)
    while at + HEADER_BYTES <= size:
        length = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        end = at + HEADER_BYTES + length
        if end > size:
            break
        if length == LONGEST_PACKET:
            found, end = _long_row(data, at)
            if end == at:
                break
            rows.append(found)
        else:
            row = bytes(data[at + HEADER_BYTES : end])
            if row[0] >= END and _is_end(row):
                return rows, end, True
            rows.append(row)
        at = end
    return rows, at, False


def _is_end(row: bytes) -> bool:
    """Say whether a packet is the end of the rows.

    :raises pymysql.MySQLError: when it is an error.
    """
    from pymysql.protocol import MysqlPacket

    if row[0] == ERROR:
        MysqlPacket(row, "utf8").raise_for_error()
    return len(row) < LONGEST_END


def _long_row(data: bytearray, start: int) -> tuple[bytes, int]:
    """Return a row of several packets and where it ends; it ends where it starts as long as one is missing."""
    parts, at, length = [], start, LONGEST_PACKET
    while length == LONGEST_PACKET:
        if at + HEADER_BYTES > len(data):
            return b"", start
        length = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        parts.append(bytes(data[at + HEADER_BYTES : at + HEADER_BYTES + length]))
        at += HEADER_BYTES + length
    return (b"".join(parts), at) if at <= len(data) else (b"", start)


def _lost() -> Exception:
    import pymysql

    return pymysql.err.OperationalError(SERVER_LOST, "the connection was lost while rows came")
