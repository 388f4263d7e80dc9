"""Split the keys of a bucket into ranges that can be listed side by side, by asking for single keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

# The first key after a text, or None. Keys that begin with a text end before the text with LAST after it.
FirstAfter = Callable[[str], str | None]
LAST = "\U0010fffd"
WANTED = 16
MOST_LEVELS = 6
ASKING = 8


def boundaries(first_after: FirstAfter, after: str) -> list[str]:
    """Return keys that split what comes after a key into about as many ranges as are `WANTED`, sorted.

    Each level of a range's keys, where they first differ, is walked from one next character to the other.
    """
    found: list[str] = []
    with ThreadPoolExecutor(ASKING, thread_name_prefix="splitting") as pool:
        for _ in range(MOST_LEVELS):
            edges: list[str | None] = [after, *found, None]
            levels = [pool.submit(_level, first_after, low or "", high) for low, high in pairwise(edges)]
            new = [key for level in levels for key in level.result()]
            found = sorted({*found, *new})
            if not new or len(found) >= WANTED:
                break
    return found


def _level(first_after: FirstAfter, after: str, before: str | None) -> list[str]:
    """Return the first key of every next character but the first one's, of keys between two others."""

    def first_inside(text: str) -> str | None:
        key = first_after(text)
        return None if key is None or (before is not None and key >= before) else key

    first = first_inside(after)
    if first is None:
        return []
    stem = first[: _common_length(first_inside, first)]
    return list(_next_characters(first_inside, stem, first))


def _common_length(first_inside: FirstAfter, first: str) -> int:
    """Return how many characters all keys have in common with the first, by halving."""
    low, high = 0, len(first)
    while low < high:
        middle = (low + high + 1) // 2
        if first_inside(first[:middle] + LAST) is None:
            low = middle
        else:
            high = middle - 1
    return low


def _next_characters(first_inside: FirstAfter, stem: str, first: str) -> Iterator[str]:
    key: str | None = first
    while True:
        is_stem = key == stem
        key = first_inside(stem if is_stem else stem + (key or "")[len(stem)] + LAST)
        if key is None:
            return
        yield key
