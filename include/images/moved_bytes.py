"""Count what is sent for one image, for its record and for the progress line."""

from __future__ import annotations

import threading

from include.progress import Progress


class MovedBytes:
    """Add bytes to the progress as they move, never more than the plan expects of the image.

    :param planned: bytes that the plan expects; blobs that are there already count as moved at the end.
    """

    def __init__(self, progress: Progress, planned: int) -> None:
        self.size = 0
        self._progress = progress
        self._left = planned
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """Count a piece that was sent."""
        with self._lock:
            self.size += size
            counted = min(size, self._left)
            self._left -= counted
        self._progress.add(size=counted)

    def finish(self) -> None:
        """Count the image as done."""
        self._progress.add(items=1, size=self._left)
