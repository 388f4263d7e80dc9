"""Keep what is known of millions of keys in documents of the ledger, none of which is large."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from types import TracebackType

from include.batches import in_batches
from include.ledger import Ledger

Row = tuple[str, str]
ROWS = 50_000
# What a kill loses of a journal is done again.
JOURNAL_ROWS = 5_000
JOURNAL_SECONDS = 10.0


def write_rows(ledger: Ledger, folder: str, rows: Iterable[Row], suffix: str = "") -> None:
    """Write a stream of keys and texts in place of what a folder held.

    :param suffix: end of the names of one writer among several, who replaces its own rows alone.
    """
    written = set[str]()
    for part in in_batches(rows, ROWS):
        name = f"{folder}/{len(written):04d}{suffix}"
        ledger.write(name, {"objects": dict(part)})
        written.add(name)
    for name in ledger.list(folder):
        if name.endswith(suffix) and name not in written:
            ledger.remove(name)


def read_rows(ledger: Ledger, folder: str) -> Iterator[Row]:
    """Yield what a folder holds, in the order in which it was written."""
    for name in ledger.list(folder):
        yield from ledger.read(name)["objects"].items()


class Journal:
    """Add rows to a folder from many threads, while the work goes on."""

    def __init__(self, ledger: Ledger, folder: str, suffix: str = "") -> None:
        self._ledger = ledger
        self._folder = folder
        self._suffix = suffix
        self._rows: dict[str, str] = {}
        self._lock = threading.Lock()
        self._written = time.monotonic()

    def add(self, key: str, text: str) -> None:
        """Take one row; rows are written when there are many or some time has passed."""
        with self._lock:
            self._rows[key] = text
            is_due = time.monotonic() - self._written >= JOURNAL_SECONDS
            rows = self._taken() if is_due or len(self._rows) >= JOURNAL_ROWS else {}
        self._write(rows)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            rows = self._taken()
        self._write(rows)

    def _taken(self) -> dict[str, str]:
        rows, self._rows, self._written = self._rows, {}, time.monotonic()
        return rows

    def _write(self, rows: dict[str, str]) -> None:
        if rows:
            # later names sort after earlier ones, and no two tries share one
            name = f"{time.time_ns():020d}-{os.getpid()}{self._suffix}"
            self._ledger.write(f"{self._folder}/{name}", {"objects": rows})
