"""Make outages out of single attempts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["read", "write"]


@dataclass(frozen=True)
class Attempt:
    """Record one request; times are seconds since the epoch. `sequence` numbers writes."""

    kind: Kind
    started: float
    finished: float
    is_ok: bool
    sequence: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Outage:
    """Span from the start of the first failed attempt to the end of the first following good one."""

    started: float
    ended: float

    @property
    def seconds(self) -> float:
        """Return its length."""
        return self.ended - self.started


def find_outages(attempts: Iterable[Attempt]) -> list[Outage]:
    """Return the outages a client sees: it needs reads and writes, so one of them failing is enough."""
    rows = sorted(attempts, key=lambda attempt: attempt.started)
    spans = [outage for kind in ("read", "write") for outage in _of_kind(rows, kind)]
    return merge_outages(spans)


def merge_outages(spans: Iterable[Outage]) -> list[Outage]:
    """Return the union of spans, in order."""
    merged: list[Outage] = []
    for span in sorted(spans, key=lambda outage: outage.started):
        if merged and span.started <= merged[-1].ended:
            merged[-1] = Outage(merged[-1].started, max(merged[-1].ended, span.ended))
        else:
            merged.append(span)
    return merged


def is_down_first(attempts: Iterable[Attempt]) -> bool:
    """Say whether the first attempt of a kind failed."""
    return any(not rows[0].is_ok for rows in _by_kind(attempts))


def is_down_last(attempts: Iterable[Attempt]) -> bool:
    """Say whether the last attempt of a kind failed."""
    return any(not rows[-1].is_ok for rows in _by_kind(attempts))


def as_ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return e.g. [[1, 5], [7, 7]] for 1, 2, 3, 4, 5 and 7."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def from_ranges(ranges: Iterable[list[int]]) -> set[int]:
    """Return the numbers of `as_ranges`."""
    return {number for first, last in ranges for number in range(first, last + 1)}


def _by_kind(attempts: Iterable[Attempt]) -> list[list[Attempt]]:
    rows = sorted(attempts, key=lambda attempt: attempt.started)
    found = [[row for row in rows if row.kind == kind] for kind in ("read", "write")]
    return [of_kind for of_kind in found if of_kind]


def _of_kind(rows: list[Attempt], kind: str) -> list[Outage]:
    found: list[Outage] = []
    since: float | None = None
    latest = 0.0
    for attempt in rows:
        if attempt.kind != kind:
            continue
        latest = max(latest, attempt.finished)
        if not attempt.is_ok and since is None:
            since = attempt.started
        elif attempt.is_ok and since is not None:
            found.append(Outage(since, attempt.finished))
            since = None
    if since is not None:
        found.append(Outage(since, latest))
    return found
