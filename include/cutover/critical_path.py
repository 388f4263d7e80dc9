"""Find the steps that made the cutover as long as it was: had one of them been shorter, the customers had waited less."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Clocks and the writing of a step's document lie between the end of one step and the start of what waited for it.
TOLERANCE_SECONDS = 0.05


@dataclass(frozen=True)
class Span:
    """Be one step, or one of the parts of a step that ran side by side; times are seconds since the epoch."""

    name: str
    started: float
    finished: float


def critical_path(spans: Iterable[Span], last: str) -> list[Span]:
    """Return the chain of spans that leads to the end of the step `last`, in order; none when there is no such step.

    Each is the one that ended latest of those that had ended when the next began, which therefore waited for it.
    """
    known = sorted(spans, key=lambda span: span.finished)
    ends = [span for span in known if span.name == last]
    path = ends[-1:]
    while path:
        before = [
            span
            for span in known
            if span.started < path[0].started and span.finished <= path[0].started + TOLERANCE_SECONDS
        ]
        if not before:
            break
        path.insert(0, before[-1])
    return path
