"""Tell how far a long piece of work is: a log line at least every ten seconds, a document of the ledger every second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from include.errors import shorten
from include.ledger.records import now

SECONDS_BETWEEN_LINES = 10.0
# The ledger is to be less than two seconds behind.
SECONDS_BETWEEN_DOCUMENTS = 1.0
Record = Callable[[dict[str, Any]], object]
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


class Progress:
    """Count items and bytes from many threads, and tell of them at least every ten seconds.

    Use it as a context manager: a background thread then writes the line even while one item takes long, and keeps the
    document up to date.

    :param record: writes the document, e.g. into the ledger.

    >>> with Progress(24, 620_000_000, logger, noun="images") as progress:
    ...     progress.add(items=1, size=25_000_000)
    """

    def __init__(
        self,
        total_items: int,
        total_bytes: int,
        logger: logging.Logger,
        *,
        noun: str = "items",
        record: Record | None = None,
        every_seconds: float = SECONDS_BETWEEN_LINES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total_items = total_items
        self.total_bytes = total_bytes
        self.items = 0
        self.bytes = 0
        self._logger = logger
        self._noun = noun
        self._record = record
        self._every_seconds = every_seconds
        self._clock = clock
        self._started = clock()
        self._last_line = self._started
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, items: int = 0, size: int = 0) -> None:
        """Count finished items and moved bytes; log when the last line is too old or all items are done."""
        with self._lock:
            self.items += items
            self.bytes += size
            is_done = items > 0 and self.items >= self.total_items
            is_due = is_done or self._clock() - self._last_line >= self._every_seconds
        if is_due:
            self.log()

    def log(self) -> None:
        """Write one line now."""
        with self._lock:
            self._last_line = self._clock()
            line = self.line()
        self._logger.info("%s", line)

    def line(self) -> str:
        """Return e.g. `12 of 24 images, 310 of 620 MB, 39 MB/s, 8 s, about 8 s left`."""
        elapsed = self._elapsed()
        parts = [f"{self.items} of {self.total_items} {self._noun}"]
        if self.total_bytes:
            parts.append(amount_of_total(self.bytes, self.total_bytes))
        elif self.bytes:
            parts.append(readable_bytes(self.bytes))
        if self.bytes and elapsed >= 1:
            parts.append(f"{readable_bytes(self._rate())}/s")
        parts.append(readable_seconds(elapsed))
        left = self._seconds_left(elapsed)
        if left is not None:
            parts.append(f"about {readable_seconds(left)} left")
        return ", ".join(parts)

    def document(self) -> dict[str, Any]:
        """Return the same for the ledger; `what` names the items, `seconds_left` is None where nothing tells it."""
        elapsed = self._elapsed()
        left = self._seconds_left(elapsed)
        return {
            "at": now(),
            "what": self._noun,
            "items": self.items,
            "total_items": self.total_items,
            "bytes": self.bytes,
            "total_bytes": self.total_bytes,
            "bytes_per_second": round(self._rate()),
            "seconds": round(elapsed, 1),
            "seconds_left": None if left is None else round(left, 1),
        }

    def write(self) -> None:
        """Write the document now; a storage that refuses it for a moment does not stop the work."""
        if self._record is None:
            return
        try:
            self._record(self.document())
        except Exception as error:  # each storage has an exception tree of its own
            self._logger.warning("The progress is not written: %s", shorten(str(error)))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.write()
        if self.items < self.total_items or not self.total_items:
            self.log()

    def _tick(self) -> None:
        pause = min(SECONDS_BETWEEN_DOCUMENTS, self._every_seconds / 4)
        while not self._stopped.wait(pause):
            self.write()
            # The next look would be too late for a line that is due before it.
            if self._clock() - self._last_line > self._every_seconds - pause:
                self.log()

    def _elapsed(self) -> float:
        return self._clock() - self._started

    def _rate(self) -> float:
        return self.bytes / max(self._elapsed(), 0.001)

    def _seconds_left(self, elapsed: float) -> float | None:
        share = self.bytes / self.total_bytes if self.total_bytes else self.items / max(self.total_items, 1)
        if not 0 < share < 1:
            return None
        return elapsed * (1 - share) / share


def readable_bytes(size: float) -> str:
    """Return a size with a unit a person reads, e.g. `310 MB`."""
    unit = _unit(size)
    return f"{_scaled(size, unit)} {UNITS[unit]}"


def amount_of_total(size: float, total: float) -> str:
    """Return both sizes in the total's unit, e.g. `310 of 620 MB`."""
    unit = _unit(total)
    return f"{_scaled(size, unit)} of {_scaled(total, unit)} {UNITS[unit]}"


def readable_seconds(seconds: float) -> str:
    """Return a duration a person reads, e.g. `8 s`, `10 min`, `4 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
    return f"{whole // 3600} h {whole % 3600 // 60} min".removesuffix(" 0 min")


def _unit(size: float) -> int:
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size /= 1000
        unit += 1
    return unit


def _scaled(size: float, unit: int) -> str:
    value = size / 1000**unit
    return f"{value:.1f}" if unit and value < 10 and round(value, 1) != round(value) else f"{value:.0f}"
