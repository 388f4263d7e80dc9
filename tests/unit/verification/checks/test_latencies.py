from __future__ import annotations

import pytest

from include.definition import Latency
from include.verification.checks.latencies import Latencies, Percentiles


def percentiles(p95: float, answered: int = 20) -> Percentiles:
    return Percentiles.of([p95] * answered, 0)


def test_percentiles_are_those_of_nearest_rank() -> None:
    found = Percentiles.of([second / 100 for second in range(100, 0, -1)], 2)
    assert (found.p50, found.p95, found.p99) == (0.5, 0.95, 0.99)
    assert (found.requests, found.failed, found.answered) == (102, 2, 100)


def test_nothing_answered_has_no_percentiles() -> None:
    assert Percentiles.of([], 3) == Percentiles(3, 3, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("source", "target", "is_slow"),
    [
        pytest.param(0.1, 0.25, True, id="more than twice as long"),
        pytest.param(0.1, 0.19, False, id="less than twice"),
        pytest.param(0.001, 0.015, False, id="milliseconds are noise"),
    ],
)
def test_a_target_is_slow_by_ratio_and_by_time(source: float, target: float, is_slow: bool) -> None:
    measured = Latencies(percentiles(source), percentiles(target))
    assert measured.is_slow(Latency()) is is_slow
    assert Latencies.from_json(measured.as_json()) == measured


def test_a_side_that_was_not_asked_makes_no_ratio() -> None:
    assert Latencies(None, percentiles(1)).ratio is None
    assert Latencies(percentiles(1), percentiles(1, answered=0)).ratio is None
