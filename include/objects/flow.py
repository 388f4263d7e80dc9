"""Work on a stream of things in threads, with few of them waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
WAITING_FOR_EACH_THREAD = 4


def run_bounded(function: Callable[[Item], None], items: Iterable[Item], threads: int, *, name: str) -> None:
    """Call a function on every item; the first exception stops what has not begun and is raised.

    The calling thread alone reads the items, and no faster than they are worked on.
    """
    room = threading.BoundedSemaphore(threads * WAITING_FOR_EACH_THREAD)
    failures: list[BaseException] = []

    def finished(future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            failures.append(error)
        room.release()

    with ThreadPoolExecutor(threads, thread_name_prefix=name) as pool:
        try:
            for item in items:
                room.acquire()
                if failures:
                    break
                pool.submit(function, item).add_done_callback(finished)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        if failures:
            pool.shutdown(wait=False, cancel_futures=True)
    if failures:
        raise failures[0]
