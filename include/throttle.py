"""Hold bytes back so that all threads together stay below a rate that may change with the hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator

# Half a second's worth may go at once: a thread that was late catches up.
BURST_SECONDS = 0.5
# A rate that rises while somebody sleeps is noticed after so long.
LONGEST_SLEEP_SECONDS = 5.0


class Throttle:
    """Share a rate among threads.

    :param rate: returns the bytes per second that hold now, or None where there is no limit.
    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        rate: Callable[[], float | None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._allowance = 0.0
        self._filled = clock()

    def take(self, size: int) -> None:
        """Return when so many bytes may go."""
        with self._lock:
            rate = self._fill()
            if rate is None:
                return
            # Debts are allowed, so that a piece may be larger than a burst; the debtor waits until they are paid.
            self._allowance -= size
            owed = -self._allowance
        while owed > 0 and (rate := self._rate()) is not None:
            seconds = min(owed / rate, LONGEST_SLEEP_SECONDS)
            self._sleep(seconds)
            owed -= seconds * rate

    def stream(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield blocks no faster than the rate."""
        for block in blocks:
            self.take(len(block))
            yield block

    def _fill(self) -> float | None:
        rate, now = self._rate(), self._clock()
        seconds, self._filled = now - self._filled, now
        if rate is None:
            self._allowance = 0.0
        else:
            self._allowance = min(self._allowance + seconds * rate, rate * BURST_SECONDS)
        return rate
