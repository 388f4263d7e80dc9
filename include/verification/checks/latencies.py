"""Measure how long both sides take to answer, by turns, so that what slows one down slows the other down, too."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from include.connections.access import Side
from include.definition import Latency
from include.verification.checks.probe import NoAnswerError, Probe

# A slow check must not hold up the verification: fewer requests than asked for will do then.
LONGEST_SECONDS = 20.0
# Below this a difference is noise of the network, whatever the ratio.
NEVER_SLOW_SECONDS = 0.020
# Checks that ran side by side would measure each other.
_one_at_a_time = threading.Lock()

Clock = Callable[[], float]


@dataclass(frozen=True)
class Percentiles:
    """Hold seconds to an answer; `failed` requests had none and do not count in the others."""

    requests: int
    failed: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float], failed: int) -> Self:
        """Return the percentiles by nearest rank; zeros where nothing was answered."""
        ordered = sorted(seconds)

        def rank(share: float) -> float:
            return round(ordered[math.ceil(share * len(ordered)) - 1], 6) if ordered else 0.0

        return cls(len(ordered) + failed, failed, rank(0.5), rank(0.95), rank(0.99))

    @property
    def answered(self) -> int:
        """Return how many requests had an answer."""
        return self.requests - self.failed


@dataclass(frozen=True)
class Latencies:
    """Hold the percentiles of both sides; a side that was not asked has none."""

    source: Percentiles | None
    target: Percentiles

    @property
    def ratio(self) -> float | None:
        """Return p95 of the target divided by that of the source, or None when one of them answered nothing."""
        if self.source is None or not self.source.p95 or not self.target.answered:
            return None
        return round(self.target.p95 / self.source.p95, 2)

    def is_slow(self, limit: Latency) -> bool:
        """Say whether the target takes longer than the definition allows."""
        if self.source is None or self.ratio is None:
            return False
        return self.ratio > limit.slowest_ratio and self.target.p95 - self.source.p95 > NEVER_SLOW_SECONDS

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "source": asdict(self.source) if self.source else None,
            "target": asdict(self.target),
            "ratio": self.ratio,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return what `as_json` wrote."""
        source = document["source"]
        return cls(Percentiles(**source) if source else None, Percentiles(**document["target"]))


def measure(probe: Probe, requests: int, clock: Clock = time.perf_counter) -> Latencies | None:
    """Ask each side so many times; None when the check may change something."""
    sides: list[Side] = [side for side in ("source", "target") if side in probe.sides]
    if "target" not in sides:
        return None
    with _one_at_a_time:
        found = _ask_by_turns(probe, sides, requests, clock)
    measured = {side: Percentiles.of(*found[side]) for side in sides}
    return Latencies(measured.get("source"), measured["target"])


def _ask_by_turns(
    probe: Probe, sides: Sequence[Side], requests: int, clock: Clock
) -> dict[Side, tuple[list[float], int]]:
    seconds: dict[Side, list[float]] = {side: [] for side in sides}
    failed = dict.fromkeys(sides, 0)
    ends = clock() + LONGEST_SECONDS
    for _ in range(requests):
        for side in sides:
            started = clock()
            try:
                probe.ask(side)
            except NoAnswerError:
                failed[side] += 1
            else:
                seconds[side].append(clock() - started)
        if clock() >= ends:
            break
    return {side: (seconds[side], failed[side]) for side in sides}
