"""Cut tables into pieces of similar size, so that several sessions can read one table at once.

A piece is a range of pages: that takes no key, and servers from 14 on read no other page for it (TID range scan). Older
ones would read the whole table for each piece, so that there a range of the key is taken, or the table stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from include.databases.postgresql.row_hash import FIRST_SEED

PIECE_BYTES = 128 * 1024 * 1024
TID_RANGES_SINCE = 140000


@dataclass(frozen=True)
class Table:
    """Describe a table that holds rows.

    :param name: as the server quotes it; `columns` likewise, without generated ones.
    :param size: bytes on disk with TOAST, without indexes; `pages` are those of the table itself.
    :param is_binary: whether every column may travel in binary, see `tables`.
    :param key: the first column of an integer key with its lowest and highest value, where pages will not do.
    :param row_hash: the SQL by which a server hashes a row called `r`.
    """

    name: str
    size: int
    pages: int = 0
    columns: tuple[str, ...] = ()
    is_binary: bool = False
    key: tuple[str, int, int] | None = None
    row_hash: str = FIRST_SEED


@dataclass(frozen=True)
class Piece:
    """Name the rows of a table for which `condition` holds, all when it is empty; `bytes` is about what they take."""

    table: Table
    condition: str
    bytes: int


def cut_all(tables: Iterable[Table], piece_bytes: int = PIECE_BYTES) -> list[Piece]:
    """Return the pieces of all tables, the largest first: no long one is left for the end."""
    pieces = [piece for table in tables for piece in cut(table, piece_bytes)]
    return sorted(pieces, key=lambda piece: piece.bytes, reverse=True)


def cut(table: Table, piece_bytes: int = PIECE_BYTES) -> list[Piece]:
    """Return a table's pieces: together they name every row exactly once."""
    count = -(-table.size // piece_bytes)
    bounds = _key_bounds(table.key, count) if table.key else _page_bounds(table.pages, count)
    edges: list[str | None] = [None, *bounds, None]
    column = table.key[0] if table.key else "ctid"
    return [
        Piece(table, _condition(column, low, high), table.size // (len(bounds) + 1))
        for low, high in pairwise(edges)
    ]


def _page_bounds(pages: int, count: int) -> list[str]:
    numbers = sorted({pages * number // count for number in range(1, count)} - {0})
    return [f"'({number},0)'::tid" for number in numbers]


def _key_bounds(key: tuple[str, int, int], count: int) -> list[str]:
    _, low, high = key
    numbers = {low + (high - low + 1) * number // count for number in range(1, count)} - {low}
    return [f"({number})" for number in sorted(numbers)]


def _condition(column: str, low: str | None, high: str | None) -> str:
    # Open at both ends: a table that has grown since it was measured is still read to its end.
    parts = [f"{column} >= {low}"] if low else []
    return " and ".join([*parts, f"{column} < {high}"] if high else parts)
