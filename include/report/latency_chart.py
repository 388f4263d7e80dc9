"""Place the latencies of both sides on one logarithmic scale, as bars of an SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from include.verification.checks.comparison import Comparison
from include.verification.checks.latencies import Percentiles

# Units of the drawing.
LABELS, SCALE, ROW, BAR = 230, 560, 34, 9
SMALLEST_BAR = 3.0
# Seconds that a scale begins and ends with at least.
FIRST, LAST = 0.001, 0.1


@dataclass(frozen=True)
class Bar:
    """Span p50 to p99 of one side, with a mark at p95."""

    side: str
    x: float
    y: float
    width: float
    mark: float
    text: str
    is_slow: bool


@dataclass(frozen=True)
class Lane:
    """Hold both bars of one check."""

    label: str
    y: float
    bars: Sequence[Bar]


@dataclass(frozen=True)
class LatencyChart:
    """Be the drawing: lanes, and where the scale has its lines."""

    width: int
    height: int
    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]


def latency_chart(comparisons: Sequence[Comparison]) -> LatencyChart | None:
    """Return the chart of all checks that were measured, or None where none was."""
    measured = [(one, one.latencies) for one in comparisons if one.latencies]
    sides = [side for _, both in measured for side in (both.source, both.target) if side and side.answered]
    if not sides:
        return None
    begin = math.floor(math.log10(min(FIRST, *(max(side.p50, 1e-6) for side in sides))))
    end = math.ceil(math.log10(max(LAST, *(side.p99 for side in sides))))

    def place(seconds: float) -> float:
        return LABELS + (math.log10(max(seconds, 10.0**begin)) - begin) / (end - begin) * SCALE

    lanes = []
    for row, (one, both) in enumerate(measured):
        known = (("source", both.source), ("target", both.target))
        answered = [(name, side) for name, side in known if side is not None and side.answered]
        bars = [
            _bar(name, side, (place(side.p50), place(side.p95), place(side.p99)), row, is_slow=one.is_slow)
            for name, side in answered
        ]
        lanes.append(Lane(one.name, row * ROW + ROW / 2 + 4, bars))
    ticks = [(place(10.0**power), _readable(10.0**power)) for power in range(begin, end + 1)]
    return LatencyChart(LABELS + SCALE + 30, len(measured) * ROW + 24, lanes, ticks)


def percentiles_text(side: Percentiles | None) -> str:
    """Return `12 / 15 / 20 ms`, and how many requests had no answer."""
    if side is None:
        return "not asked"
    failed = f", {side.failed} of {side.requests} without an answer" if side.failed else ""
    if not side.answered:
        return f"no answer{failed}"
    return f"{' / '.join(_milliseconds(seconds) for seconds in (side.p50, side.p95, side.p99))} ms{failed}"


def _bar(name: str, side: Percentiles, places: tuple[float, float, float], row: int, *, is_slow: bool) -> Bar:
    begin, mark, end = places
    return Bar(
        side=name,
        x=round(begin, 1),
        y=row * ROW + (6 if name == "source" else 7 + BAR),
        width=round(max(SMALLEST_BAR, end - begin), 1),
        mark=round(mark, 1),
        text=f"{name}: p50 / p95 / p99 {percentiles_text(side)}",
        is_slow=is_slow and name == "target",
    )


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}" if seconds < 0.01 else f"{seconds * 1000:.0f}"


def _readable(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
