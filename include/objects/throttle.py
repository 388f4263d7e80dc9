"""Hold all threads of a copy to a rate that may change with the hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator

# Bytes a second that hold now, or None for no limit.
Rate = Callable[[], int | None]
SECONDS_OF_BURST = 1.0
LONGEST_SLEEP = 5.0


class Throttle:
    """Be a bucket of tokens, a byte each, for all threads together.

    A thread takes what it has just read and waits as long as the bucket is in debt, so that a block larger than the bucket
    passes, too. The rate is asked for at each look: a window that opens frees those who wait.
    """

    def __init__(
        self,
        rate: Rate,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = 0.0
        self._filled = clock()

    def take(self, size: int) -> None:
        """Take so many bytes, and wait until they are paid for."""
        self._spend(size)
        while (seconds := self._debt_seconds()) > 0:
            self._sleep(min(seconds, LONGEST_SLEEP))

    def stream(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield blocks no faster than the rate."""
        for block in blocks:
            self.take(len(block))
            yield block

    def _spend(self, size: int) -> None:
        with self._lock:
            self._fill(self._rate())
            self._tokens -= size

    def _debt_seconds(self) -> float:
        with self._lock:
            rate = self._rate()
            self._fill(rate)
            return 0.0 if rate is None else -self._tokens / rate

    def _fill(self, rate: int | None) -> None:
        moment = self._clock()
        if rate is None:
            self._tokens = 0.0
        else:
            most = rate * SECONDS_OF_BURST
            self._tokens = min(self._tokens + (moment - self._filled) * rate, most)
        self._filled = moment
