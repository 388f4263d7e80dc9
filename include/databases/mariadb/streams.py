"""Stream rows from one server into another, without a file between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from include.databases.mariadb.lines import (
    insert_statement,
    line_of_cells,
    line_of_text,
    load_statement,
    select_cells,
    select_lines,
)
from include.databases.mariadb.packets import load_blocks, read_rows
from include.databases.mariadb.pieces import Piece
from include.errors import TemporaryError

# Of one packet to the target; every server takes this much.
PACKET_BYTES = 1024 * 1024
Moved = Callable[[int, int], None]


@dataclass
class Lines:
    """Read a piece's rows as lines, and count them.

    :param by_cells: make the lines here, which is slower; `has_long_row` says that this is needed.
    """

    source: Any
    database: str
    piece: Piece
    moved: Moved
    by_cells: bool = False
    rows: int = 0
    has_long_row: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[list[bytes]]:
        query = (select_cells if self.by_cells else select_lines)(self.database, self.piece)
        for payloads in read_rows(self.source, query):
            lines = [line for line in map(self._line, payloads) if line is not None]
            self.has_long_row |= len(lines) < len(payloads)
            self.rows += len(lines)
            self.moved(len(lines), sum(map(len, lines)))
            yield lines

    def _line(self, payload: bytes) -> bytes | None:
        return line_of_cells(self.piece.table.columns, payload) if self.by_cells else line_of_text(payload)


def stream_piece(
    source: Any, target: Any, database: str, piece: Piece, *, takes_files: bool, moved: Moved
) -> bool:
    """Copy the rows of a piece; say whether all have come: if not, some are too long, see `stream_long_piece`.

    The target session is in a transaction of the caller's, without which nothing holds.

    :param takes_files: the target allows LOAD DATA LOCAL, which is faster than INSERT.
    :raises TemporaryError: when the target did not take every row.
    """
    return _stream(Lines(source, database, piece, moved), target, takes_files=takes_files)


def stream_long_piece(
    source: Any, target: Any, database: str, piece: Piece, *, takes_files: bool, moved: Moved
) -> bool:
    """Copy the rows of a piece whatever their length; otherwise like `stream_piece`."""
    return _stream(Lines(source, database, piece, moved, by_cells=True), target, takes_files=takes_files)


def _stream(lines: Lines, target: Any, *, takes_files: bool) -> bool:
    if takes_files:
        statement = load_statement(lines.database, lines.piece.table)
        taken = load_blocks(target, statement, _blocks(lines))
    else:
        taken = _insert(lines, target)
    if taken != lines.rows:
        raise TemporaryError(
            f"table {lines.database}.{lines.piece.table.name}: the target took {taken} of {lines.rows} rows; let nobody else "
            "write into it, the task copies them again"
        )
    return not lines.has_long_row


def _blocks(lines: Lines) -> Iterator[bytes]:
    for found in lines:
        block = b"".join([b"\n".join(found), b"\n"]) if found else b""
        for start in range(0, len(block), PACKET_BYTES):
            yield block[start : start + PACKET_BYTES]


def _insert(lines: Lines, target: Any) -> int:
    taken, waiting, size = 0, list[bytes](), 0
    for found in lines:
        for line in found:
            if waiting and size + len(line) > PACKET_BYTES:
                taken, waiting, size = taken + _insert_now(lines, target, waiting), [], 0
            waiting.append(line)
            size += len(line)
    return taken + (_insert_now(lines, target, waiting) if waiting else 0)


def _insert_now(lines: Lines, target: Any, waiting: list[bytes]) -> int:
    return int(target.query(insert_statement(lines.database, lines.piece.table, waiting)))
