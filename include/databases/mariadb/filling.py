"""Fill tables of the target side by side, the largest pieces first."""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter
from collections.abc import Collection, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.databases.copy_progress import CopyProgress, PieceCount
from include.databases.mariadb.lines import rows_of
from include.databases.mariadb.pieces import Piece, largest_first
from include.databases.mariadb.session import connect, quoted, value
from include.databases.mariadb.steps import Steps, note_piece
from include.databases.mariadb.streams import stream_long_piece, stream_piece
from include.engines import run_side_by_side

logger = logging.getLogger(__name__)

# Values are stored as they come: the source has them, so that no rule of a column is younger than they. What a client sends is
# taken for bytes, and a source that is slow to answer is waited for.
SETTINGS = """set names binary, sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0,
    check_constraint_checks = 0, net_read_timeout = 3600, idle_transaction_timeout = 600"""
WITH_HISTORY = "set system_versioning_insert_history = 1"


class Filler:
    """Fill tables that have no triggers.

    :param sources: sessions of one moment of the source; each is read by one stream.
    :param filled: pieces of which rows of a former try are there, which are removed first.
    """

    def __init__(
        self,
        sources: Sequence[Any],
        target: DatabaseAccess,
        database: str,
        steps: Steps,
        progress: CopyProgress,
        filled: Collection[Piece],
    ) -> None:
        self._sources = sources
        self._target = target
        self._database = database
        self._steps = steps
        self._progress = progress
        self._filled = set(filled)
        self._pairs: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
        self._takes_files = False
        self._left: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fill(self, pieces: Sequence[Piece]) -> None:
        """Copy the rows of pieces, each with its note in one transaction."""
        self._left = Counter(piece.table.name for piece in pieces)
        with self._sessions(with_history=any(piece.table.is_versioned for piece in pieces)):
            run_side_by_side(self._copy, largest_first(pieces), len(self._sources), name="streams")

    @contextmanager
    def _sessions(self, *, with_history: bool) -> Generator[None]:
        from pymysql.constants import CLIENT

        with ExitStack() as opened:
            for source in self._sources:
                target = opened.enter_context(
                    closing(connect(self._target, self._database, CLIENT.LOCAL_FILES))
                )
                self._takes_files = bool(value(target, "select @@local_infile"))
                _execute(target, SETTINGS, *[WITH_HISTORY] * with_history)
                self._pairs.put((source, target))
            if not self._takes_files:
                logger.info(
                    "The target refuses LOAD DATA LOCAL (local_infile): rows go by INSERT, which is slower"
                )
            yield

    def _copy(self, piece: Piece) -> None:
        count = PieceCount(self._progress, piece)
        source, target = self._pairs.get()
        try:
            self._copy_with(source, target, piece, count)
        finally:
            self._pairs.put((source, target))
        self._end(piece, count)

    def _copy_with(self, source: Any, target: Any, piece: Piece, count: PieceCount) -> None:
        """Copy a piece, and once more where rows of it are too long for the source to write as a line."""
        for stream in (stream_piece, stream_long_piece):
            self._begin(target, piece)
            is_whole = stream(
                source, target, self._database, piece, takes_files=self._takes_files, moved=count.moved
            )
            if is_whole:
                note_piece(target, self._database, piece)
                target.commit()
                return
            target.rollback()

    def _begin(self, target: Any, piece: Piece) -> None:
        """Begin a transaction in which nothing is where the piece's rows belong."""
        if not piece.condition and (piece in self._filled or not piece.table.has_transactions):
            self._steps.forget_piece(piece)
            _execute(target, f"truncate table {quoted(piece.table.name)}")
        # Without checks InnoDB fills an empty table faster, and keeps all others out of it meanwhile.
        _execute(target, f"set unique_checks = {int(bool(piece.condition))}")
        target.begin()
        if piece.condition and piece in self._filled:
            _execute(target, f"delete {quoted(piece.table.name)} from {rows_of(self._database, piece)}")

    def _end(self, piece: Piece, count: PieceCount) -> None:
        table = piece.table.name
        with self._lock:
            self._left[table] -= 1
            is_last = self._left[table] == 0
        count.end(is_last=is_last)
        logger.log(
            logging.INFO if is_last else logging.DEBUG,
            "Copied %s %s",
            "table" if is_last else "a piece of",
            table,
        )


def _execute(target: Any, *statements: str) -> None:
    with target.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
