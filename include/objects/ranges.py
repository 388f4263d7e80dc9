"""Cut the keys of a bucket into ranges of about equal work, by what one listing of it has shown. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from include.objects.storage import Entry

# An object costs a few requests however small it is: about as much as so many bytes.
BYTES_OF_A_REQUEST = 64 * 1024
# Of bytes and requests; a smaller piece would end before its task has paid off.
LEAST_WEIGHT = 4 << 30
MOST_MARKS = 256
FIRST_DISTANCE = 1 << 20


class KeyRange(BaseModel):
    """Hold the keys after one and up to another, which belongs to it; the defaults are all keys.

    Python compares texts as S3 orders keys: by their UTF-8 bytes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str = ""
    upto: str | None = None

    def holds(self, key: str) -> bool:
        """Say whether a key lies in it."""
        return key > self.after and not self.is_before(key)

    def is_before(self, key: str) -> bool:
        """Say whether it ends before a key."""
        return self.upto is not None and key > self.upto


ALL_KEYS = KeyRange()


class Mark(BaseModel):
    """Tell what all keys up to this one weigh."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    weight: int


@dataclass
class Marks:
    """Remember keys of a stream at about equal distances, few of them however long it becomes.

    `is_sorted` says that the keys came in S3's order: ranges of another order would not hold what their ends say.
    """

    weight: int = 0
    is_sorted: bool = True
    _marks: list[Mark] = field(default_factory=list)
    _distance: int = field(default_factory=lambda: FIRST_DISTANCE)
    _last: str = ""

    def take(self, entry: Entry) -> None:
        """Take the next object."""
        self.is_sorted = self.is_sorted and entry.key > self._last
        self._last = entry.key
        self.weight += weight_of(1, entry.size)
        if self.weight - (self._marks[-1].weight if self._marks else 0) >= self._distance:
            self._marks.append(Mark(key=entry.key, weight=self.weight))
        if len(self._marks) > MOST_MARKS:
            self._marks, self._distance = self._marks[1::2], self._distance * 2

    def known(self) -> list[Mark]:
        """Return the marks, none of a bucket that is not cut."""
        return list(self._marks) if self.is_sorted and self.weight >= 2 * LEAST_WEIGHT else []


def weight_of(objects: int, size: int) -> int:
    """Return what objects of so many bytes in all cost to copy, in bytes."""
    return size + objects * BYTES_OF_A_REQUEST


def piece_counts(weights: Sequence[int], most: int) -> list[int]:
    """Return into how many pieces each bucket is cut, so that no piece is longer than a fair share of all if it need not be.

    :param most: pieces that are worked on at once.
    """
    share = max(LEAST_WEIGHT, -(-sum(weights) // most))
    return [max(1, weight // share) for weight in weights]


def cut(marks: Sequence[Mark], weight: int, count: int) -> list[KeyRange]:
    """Return at most so many ranges, which together hold every key once."""
    weights = [mark.weight for mark in marks]
    places = (bisect_left(weights, weight * number // count) for number in range(1, count))
    keys = sorted({marks[place].key for place in places if place < len(marks)})
    edges: list[str | None] = ["", *keys, None]
    return [KeyRange(after=after or "", upto=upto) for after, upto in pairwise(edges)]
