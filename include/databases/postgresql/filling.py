"""Fill tables of the target side by side, the largest pieces first."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from psycopg import sql

from include.databases.copy_progress import CopyProgress, PieceCount
from include.databases.postgresql.pairs import Pairs
from include.databases.postgresql.pieces import PIECE_BYTES, Piece, Table, cut_all
from include.databases.postgresql.streams import stream_piece
from include.engines import run_side_by_side

logger = logging.getLogger(__name__)

# A source that still serves its customers would feel more.
STREAMS = 4


class Filler:
    """Fill tables that have no keys, triggers and indexes yet; `note` is called with each one that is whole."""

    def __init__(
        self,
        pairs: Pairs,
        progress: CopyProgress,
        note: Callable[[str], None],
        piece_bytes: int = PIECE_BYTES,
    ) -> None:
        self._pairs = pairs
        self._progress = progress
        self._note = note
        self._piece_bytes = piece_bytes
        self._left: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fill(self, tables: Sequence[Table]) -> None:
        """Empty the tables and copy their rows."""
        pieces = cut_all(tables, self._piece_bytes)
        self._left = Counter(piece.table.name for piece in pieces)
        self._empty([table.name for table in tables if self._left[table.name] > 1])
        run_side_by_side(self._copy, pieces, STREAMS, name="streams")

    def _empty(self, tables: Sequence[str]) -> None:
        """Empty tables of several pieces: which of these a killed try has put into them is not known."""
        if tables:
            with self._pairs.pair() as pair:
                pair.target.execute(_truncate(tables))

    def _copy(self, piece: Piece) -> None:
        count = PieceCount(self._progress, piece)
        with self._pairs.pair() as pair, pair.target.transaction():
            is_whole = not piece.condition
            if is_whole:
                pair.target.execute(_truncate([piece.table.name]))
            is_binary = piece.table.is_binary and pair.is_same_version
            stream_piece(
                pair.source, pair.target, piece, is_binary=is_binary, is_new=is_whole, moved=count.moved
            )
        count.end(is_last=self._is_last(piece.table.name))

    def _is_last(self, table: str) -> bool:
        with self._lock:
            self._left[table] -= 1
            is_last = self._left[table] == 0
        if is_last:
            self._note(table)
            logger.info("Copied table %s", table)
        return is_last


def _truncate(tables: Sequence[str]) -> sql.SQL:
    # Names come from the server's own quoting.
    return sql.SQL(f"truncate table {', '.join(f'only {table}' for table in tables)}")
