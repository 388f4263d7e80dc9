"""Ask a registry no faster than it likes: one pacer a host, shared by all threads of the process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from include.errors import TemporaryError
from include.progress import readable_seconds
from include.registries.quota import Quota, read_quota, retry_after

logger = logging.getLogger(__name__)

# From this share of the quota on requests are spread over the time until it is filled up.
LOW_SHARE = 0.2
LOW_WITHOUT_LIMIT = 20
LONGEST_PAUSE_SECONDS = 10.0
# A worker does not sleep longer for a registry: the task ends, and its retry comes later.
LONGEST_WAIT_SECONDS = 300.0
SECONDS_BETWEEN_LINES = 10.0


class Pacer:
    """Hold requests back until the registry takes them; say in the log why.

    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        host: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host = host
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._asked_to_wait_until = 0.0
        self._quota: Quota | None = None
        self._next_counted = 0.0
        self._logged = -SECONDS_BETWEEN_LINES

    def wait(self, *, is_counted: bool) -> None:
        """Return when the next request may go.

        :param is_counted: whether the quota counts it; it does not count HEAD at Docker Hub, and elsewhere a 429 tells.
        :raises TemporaryError: when that is longer than a task should sleep.
        """
        with self._lock:
            now = self._clock()
            moment = max(self._asked_to_wait_until, self._next_counted if is_counted else 0.0)
            if is_counted and self._quota is not None:
                # Each thread takes the next place in the queue.
                self._next_counted = max(moment, now) + _pause(self._quota)
            seconds = moment - now
            reason = self._reason()
        if seconds > LONGEST_WAIT_SECONDS:
            raise TemporaryError(self._used_up(seconds, reason))
        if seconds > 0:
            self._log(seconds, reason)
            self._sleep(seconds)

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """Take from an answer how the registry wants to be asked."""
        asked, quota = retry_after(headers), read_quota(headers)
        with self._lock:
            now = self._clock()
            if asked is not None and status in {429, 503}:
                self._asked_to_wait_until = max(self._asked_to_wait_until, now + asked)
            if quota is None:
                return
            self._quota = quota
            if quota.remaining == 0:
                self._next_counted = max(self._next_counted, now + quota.seconds)

    def _reason(self) -> str:
        if self._asked_to_wait_until > self._clock():
            return "it asks to wait"
        quota = self._quota
        if quota is None:
            return "it is busy"
        of = f" of {quota.limit}" if quota.limit else ""
        return f"{quota.remaining}{of} requests are left for the next {readable_seconds(quota.seconds)}"

    def _log(self, seconds: float, reason: str) -> None:
        if self._clock() - self._logged >= SECONDS_BETWEEN_LINES:
            self._logged = self._clock()
            logger.info("Registry %s: %s; waiting %s", self._host, reason, readable_seconds(seconds))

    def _used_up(self, seconds: float, reason: str) -> str:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        return (
            f"registry {self._host}: takes no requests before {until:%Y-%m-%d %H:%M} UTC: {reason}; name a connection with a "
            "login of a higher limit in images.sources, or retry the task then: what was copied is not copied again"
        )


@cache
def pacer_of(host: str) -> Pacer:
    """Return the one pacer of a registry host."""
    return Pacer(host)


def _pause(quota: Quota) -> float:
    """Return the seconds between two requests: none while much is left, then as many as spread the rest."""
    low = quota.limit * LOW_SHARE if quota.limit else LOW_WITHOUT_LIMIT
    if quota.remaining > low:
        return 0.0
    return min(quota.seconds / max(quota.remaining, 1), LONGEST_PAUSE_SECONDS)
