"""Tell how many seconds a follower is behind, from when the origin's log ended where."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from include.databases.mariadb.log_position import LogPosition, present_position

MOST_MARKS = 1000
SECONDS_BETWEEN = 0.25


class LagWatch:
    """Remember where the origin's log ended at which moment.

    Moments in the log itself are whole seconds, and of an origin that was idle the last is long ago.
    """

    def __init__(self) -> None:
        self._marks: deque[tuple[float, LogPosition]] = deque(maxlen=MOST_MARKS)

    def look(self, origin: Any) -> LogPosition:
        """Return the end of the origin's log, and remember it."""
        # The time comes first: the lag is rather told too long than too short.
        now = time.monotonic()
        end = present_position(origin)
        self._marks.append((now, end))
        return end

    def look_if_due(self, origin: Any) -> None:
        """Look, unless that was just done."""
        if not self._marks or time.monotonic() - self._marks[-1][0] >= SECONDS_BETWEEN:
            self.look(origin)

    def seconds_behind(self, position: LogPosition) -> float | None:
        """Return how long ago the log ended at a position or before it, or None when that was before the first look."""
        reached = [moment for moment, end in self._marks if not position.is_before(end)]
        return time.monotonic() - reached[-1] if reached else None
