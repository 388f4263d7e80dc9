"""Hand things from many threads to one, and let none of them wait for a reader that has given up."""

from __future__ import annotations

import threading
from queue import Full, Queue
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")
SECONDS_BETWEEN_LOOKS = 0.5


class ChannelClosedError(Exception):
    """Tell a writer that nobody reads any more."""


class Channel(Generic[Item]):
    """Be a bounded queue that closes when its reader leaves the context."""

    def __init__(self, most: int) -> None:
        self._queue: Queue[Item] = Queue(most)
        self._closed = threading.Event()

    def put(self, item: Item) -> None:
        """Wait for room.

        :raises ChannelClosedError: when the reader is gone.
        """
        while not self._closed.is_set():
            try:
                return self._queue.put(item, timeout=SECONDS_BETWEEN_LOOKS)
            except Full:
                continue
        raise ChannelClosedError

    def get(self) -> Item:
        """Wait for the next item."""
        return self._queue.get()

    def __enter__(self) -> Channel[Item]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
