"""Work through a stream some at a time: no more of it are in memory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

BATCH = 256

Row = TypeVar("Row")


def in_batches(rows: Iterable[Row], size: int | None = None) -> Iterator[list[Row]]:
    """Yield the rows in lists of this many, the last one perhaps shorter; the next is read when it is asked for.

    :param size: `BATCH` if left out.
    """
    left = iter(rows)
    while batch := list(islice(left, size or BATCH)):
        yield batch
