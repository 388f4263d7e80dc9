"""Send measures where Airflow sends its own metrics: StatsD or OpenTelemetry, as `[metrics]` says."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

from airflow.sdk.observability import stats

from include.background import in_background
from include.measures import Measure

logger = logging.getLogger(__name__)
SECONDS_BETWEEN = 10.0


def send(measures: Iterable[Measure]) -> None:
    """Send measures as gauges; what goes wrong with it is a warning in the log and nothing else."""
    try:
        for one in measures:
            stats.gauge(one.name, one.value, tags=dict(one.tags))
    except Exception as error:  # a dashboard that misses something must not fail a migration
        logger.warning("Measures are not sent: %s", error)


@contextmanager
def sending(measures: Callable[[], Iterable[Measure]]) -> Generator[None]:
    """Send measures every ten seconds while a block is at work."""

    def repeat(is_over: threading.Event) -> None:
        while not is_over.wait(SECONDS_BETWEEN):
            send(measures())

    with in_background(repeat, "metrics", SECONDS_BETWEEN):
        yield
