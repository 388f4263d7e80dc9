"""Work on a few things of an ordered stream at once, and give their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], most: int, room: Semaphore
) -> Generator[Result]:
    """Yield the results of a function in the order of its items; a result counts as work until the next one is asked for.

    :param most: how many items are worked on at once.
    :param room: what all callers share: each has room for one item sooner or later, and for more if there is any left.
    """
    working: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(most, thread_name_prefix="ahead") as pool:
        try:
            for item in items:
                while len(working) == most or not room.acquire(blocking=not working):
                    yield from _first(working, room)
                working.append(pool.submit(function, item))
            while working:
                yield from _first(working, room)
        finally:
            for future in working:
                future.cancel()
                future.add_done_callback(lambda _: room.release())


def _first(working: deque[Future[Result]], room: Semaphore) -> Iterator[Result]:
    future = working.popleft()
    try:
        yield future.result()
    finally:
        room.release()
