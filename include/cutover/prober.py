"""Send requests at a steady rate, whatever becomes of them, and keep what came of each."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from include.cutover.client import ANSWER_SECONDS, Client
from include.cutover.timeline import Attempt, Outage, find_outages

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_SAVES = 2.0
STOP_POLL_SECONDS = 0.25
FEWEST_THREADS = 16
MOST_THREADS = 256


@dataclass(frozen=True)
class Clock:
    """Give the time and let it pass; tests pass it faster."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


class Prober:
    """Alternate reads and writes. A write is sent once: an unanswered one counts neither as written nor as lost."""

    def __init__(self, client: Client, requests_per_second: float, clock: Clock | None = None) -> None:
        self._client = client
        self._interval = 1.0 / requests_per_second
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._attempts: list[Attempt] = []
        self._threads = min(max(int(requests_per_second * ANSWER_SECONDS), FEWEST_THREADS), MOST_THREADS)

    @property
    def attempts(self) -> list[Attempt]:
        """Return what was tried so far."""
        with self._lock:
            return list(self._attempts)

    def run(self, is_stopped: Callable[[], bool], save: Callable[[list[Attempt]], None]) -> list[Attempt]:
        """Send requests until stopped; call `save` every few seconds and at the end. Return all attempts."""
        kinds = itertools.cycle(("write", "read"))
        sequences = itertools.count(1)
        due = self._clock.now()
        asked = saved = logged = due
        with ThreadPoolExecutor(self._threads, thread_name_prefix="probe") as pool:
            while True:
                moment = self._clock.now()
                if moment - asked >= STOP_POLL_SECONDS:
                    asked = moment
                    if is_stopped():
                        break
                if moment - saved >= SECONDS_BETWEEN_SAVES:
                    saved = moment
                    save(self.attempts)
                if moment - logged >= SECONDS_BETWEEN_LINES:
                    logged = moment
                    logger.info("%s", summary_line(self.attempts))
                while due <= moment:
                    due += self._interval
                    if next(kinds) == "write":
                        pool.submit(self._write, next(sequences))
                    else:
                        pool.submit(self._read)
                self._clock.sleep(max(min(due - self._clock.now(), STOP_POLL_SECONDS), 0.0))
        attempts = self.attempts
        save(attempts)
        logger.info("%s", summary_line(attempts))
        return attempts

    def _write(self, sequence: int) -> None:
        self._keep(self._client.attempt("write", sequence))

    def _read(self) -> None:
        self._keep(self._client.attempt("read", None))

    def _keep(self, attempt: Attempt) -> None:
        with self._lock:
            self._attempts.append(attempt)


def summary_line(attempts: list[Attempt]) -> str:
    """Return e.g. `412 requests, 3 failed, 204 writes acknowledged, 2.1 s down`."""
    failed = [attempt for attempt in attempts if not attempt.is_ok]
    line = (
        f"{len(attempts)} requests, {len(failed)} failed, {len(acknowledged(attempts))} writes acknowledged, "
        f"{total_seconds(find_outages(attempts)):.1f} s down"
    )
    return f"{line}; last failure: {failed[-1].kind} {failed[-1].answer}" if failed else line


def acknowledged(attempts: list[Attempt]) -> set[int]:
    """Return the sequence numbers of the writes that were answered with success."""
    return {
        row.sequence for row in attempts if row.is_ok and row.kind == "write" and row.sequence is not None
    }


def total_seconds(outages: list[Outage]) -> float:
    """Return how long all outages lasted together."""
    return sum(outage.seconds for outage in outages)
