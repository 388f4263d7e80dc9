"""Compare two listings, each sorted by key. Pure functions over streams: nothing is held but the entries they stand at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from include.objects.storage import Entry

Pair = tuple[Entry | None, Entry | None]
# `copy`: missing or different. `look_closer`: as long as each other, with ETags that do not compare, or newer on the
# source. `extra`: on the target only. `equal`: nothing to do.
Verdict = Literal["copy", "look_closer", "extra", "equal"]


def pairs(source: Iterable[Entry], target: Iterable[Entry]) -> Iterator[Pair]:
    """Yield every key once, sorted, with its entry on each side that has it."""
    left, right = iter(source), iter(target)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.key < other.key):
            yield one, None
            one = next(left, None)
        elif one is None or other.key < one.key:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def verdict(source: Entry | None, target: Entry | None) -> Verdict:
    """Return what a copy has to do with a key, by size, ETag and date."""
    if source is None:
        return "extra"
    if target is None or source.size != target.size:
        return "copy"
    if source.etag != target.etag:
        return "look_closer" if source.is_multipart or target.is_multipart else "copy"
    # Stores set a new date whenever headers or metadata change, and a copy is younger than its source.
    return "look_closer" if source.modified > target.modified else "equal"


def versions(source: Entry, target: Entry) -> str:
    """Return what both sides list of an object, as one text: what a proof of it holds for."""
    return f"{source.version} {target.version}"
