"""Show a run where there is no terminal: one line a change, plain text, no more often than people read a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from lab.migrate.amounts import duration
from lab.migrate.notices import Notice
from lab.migrate.screen import bytes_of, items_of
from lab.migrate.snapshot import Phase, Snapshot

_SECONDS_BETWEEN = 10.0


class LineScreen:
    """A pipe, a file, a CI log."""

    def __init__(
        self,
        write: Callable[[str], None] = lambda line: print(line, flush=True),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._clock = clock
        self._shown: dict[str, tuple[str, int, float]] = {}

    def __enter__(self) -> LineScreen:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, snapshot: Snapshot) -> None:
        """Write a line for each phase whose state changed, or whose count did and which was silent for a while."""
        for phase in snapshot.phases:
            state, items, at = self._shown.get(phase.id, ("waiting", 0, self._clock()))
            is_due = phase.items != items and self._clock() - at >= _SECONDS_BETWEEN
            if phase.state != state or is_due:
                self._write(f"{_stamp()}  {_line(phase)}")
                self._shown[phase.id] = (phase.state, phase.items, self._clock())
            elif phase.id not in self._shown:
                self._shown[phase.id] = (state, items, at)

    def say(self, notice: Notice) -> None:
        """Write a line."""
        mark = "" if notice.kind == "note" else f"{notice.kind}: "
        self._write(f"{_stamp()}  {mark}{notice.text}")


def _line(phase: Phase) -> str:
    seconds = "" if phase.seconds is None else duration(phase.seconds)
    amounts = [text for text in (items_of(phase), bytes_of(phase), seconds) if text]
    return f"{phase.id:<22}  {phase.state:<11}  {', '.join(amounts)}".rstrip()


def _stamp() -> str:
    return f"{datetime.now():%H:%M:%S}"
