"""Tell how far the copy of a PostgreSQL database is: in the log, and in a document of the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from include.databases.postgresql.pieces import Piece, Table
from include.progress import Progress, Record, readable_bytes

logger = logging.getLogger(__name__)


class CopyProgress(Progress):
    """Count tables, rows and bytes of a copy, and say what it is at: its rows, or what is made of them afterwards."""

    def __init__(
        self,
        tables: Sequence[Table],
        record: Record | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        size = sum(table.size for table in tables)
        super().__init__(len(tables), size, logger, noun="tables", record=record, clock=clock)
        self.rows = 0
        self.stage = "rows"
        self._of_table: dict[str, tuple[int, int]] = {}

    def line(self) -> str:
        """Return e.g. `3 of 9 tables, 310 of 620 MB, 39 MB/s, 8 s, about 8 s left, 1,200,000 rows, at rows`."""
        return f"{super().line()}, {self.rows:,} rows, at {self.stage}"

    def log(self) -> None:
        """Write one line now, and one a table for who wants to see these."""
        super().log()
        for name, (rows, size) in sorted(self._of_table.items()):
            logger.debug("%s: %s rows, %s", name, f"{rows:,}", readable_bytes(size))

    def document(self) -> dict[str, Any]:
        """Return what the ledger holds: bytes are those on the source's disk, `seconds_left` is for the rows alone."""
        return {**super().document(), "stage": self.stage, "rows": self.rows}

    def go_on_to(self, stage: str) -> None:
        """Say what the copy is at from now on."""
        self.stage = stage
        logger.info("The copy goes on to its %s", stage)
        self.write()

    def moved(self, table: str, rows: int, size: int) -> None:
        """Count rows and bytes that passed."""
        with self._lock:
            self.rows += rows
            before = self._of_table.get(table, (0, 0))
            self._of_table[table] = (before[0] + rows, before[1] + size)


class PieceCount:
    """Count one piece on its way.

    Rows that travel have another size than rows on disk: what passes counts up to the piece's size, its end counts the rest.
    """

    def __init__(self, progress: CopyProgress, piece: Piece) -> None:
        self._progress = progress
        self._table = piece.table.name
        self._left = piece.bytes

    def moved(self, rows: int, size: int) -> None:
        """Count rows and bytes that passed."""
        counted = min(size, self._left)
        self._left -= counted
        self._progress.moved(self._table, rows, size)
        self._progress.add(size=counted)

    def end(self, *, is_last: bool) -> None:
        """Count the end of the piece, and of its table with its last one."""
        self._progress.add(items=int(is_last), size=self._left)
