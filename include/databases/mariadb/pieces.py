"""Cut tables into ranges of their primary key, so that several sessions read and write one table at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from include.databases.mariadb.session import quoted
from include.databases.mariadb.tables import Table

PIECE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """Name the rows of a table for which `condition` holds, all when it is empty; `bytes` is about what they take.

    :param number: among the pieces of its table.
    """

    table: Table
    number: int
    condition: str
    bytes: int


def bounds_of(table: Table, span: tuple[int, int] | None, piece_bytes: int = PIECE_BYTES) -> list[int]:
    """Return where to cut a table; nowhere when it is small, or has no key.

    :param span: the lowest and the highest value of the key.
    """
    count = -(-table.size // piece_bytes)
    if span is None or count < 2:
        return []
    low, high = span
    return sorted({low + (high - low + 1) * number // count for number in range(1, count)} - {low})


def cut(table: Table, bounds: Sequence[int]) -> list[Piece]:
    """Return a table's pieces: together they name every row exactly once."""
    # Open at both ends: rows that came since it was measured belong to the first or the last piece.
    edges: list[int | None] = [None, *bounds, None]
    size = table.size // (len(bounds) + 1)
    return [
        Piece(table, number, _condition(table.key, low, high), size)
        for number, (low, high) in enumerate(pairwise(edges))
    ]


def largest_first(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces in the order in which they are best begun: no long one is left for the end."""
    return sorted(pieces, key=lambda piece: piece.bytes, reverse=True)


def _condition(key: str | None, low: int | None, high: int | None) -> str:
    column = quoted(key or "")
    parts = [f"{column} >= {low}"] if low is not None else []
    return " and ".join([*parts, f"{column} < {high}"] if high is not None else parts)
