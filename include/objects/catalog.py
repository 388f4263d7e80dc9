"""Hold the listings of both sides on disk, sorted by key: a bucket may have more objects than memory has room for."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from include.objects.storage import Entry

Side = Literal["source", "target"]
Row = tuple[str, str]
SIDES: tuple[Side, Side] = ("source", "target")
# Negative: kibibytes. Two tables are written and read in the order of their keys, which needs little.
CACHE = "pragma cache_size = -16000"
# What a kill leaves of it is never read again.
CARELESS = ("pragma journal_mode = off", "pragma synchronous = off", CACHE)
LISTED = (
    "create table {side} (key text primary key, size integer, etag text, modified real, class text) "
    "without rowid"
)
ENTRIES = "select key, size, etag, modified, class from {side}"
TOTALS = "select count(*), coalesce(sum(size), 0), max(modified) from {side}"


@dataclass(frozen=True)
class Totals:
    """Sum a listing up; `newest` is its youngest date, None of an empty one."""

    objects: int
    bytes: int
    newest: datetime | None


class Catalog:
    """Keep what was listed of both sides, and notes about keys, in a temporary file.

    SQLite compares texts by their UTF-8 bytes, as S3 orders keys and as Python compares them: stores that list in another
    order do no harm. One thread writes and reads it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for line in CARELESS:
            connection.execute(line)
        connection.execute("begin")
        for side in SIDES:
            connection.execute(LISTED.format(side=side))
        connection.execute(
            "create table notes (name text, key text, text text, primary key (name, key)) without rowid"
        )

    def add(self, side: Side, entries: Iterable[Entry]) -> None:
        """Take a part of a listing, in any order; a key that comes twice counts once."""
        rows = ((one.key, one.size, one.etag, one.modified.timestamp(), one.storage_class) for one in entries)
        self._connection.executemany(f"insert or replace into {side} values (?, ?, ?, ?, ?)", rows)

    def clear(self, side: Side) -> None:
        """Forget a listing."""
        self._connection.execute(f"delete from {side}")

    def entries(self, side: Side) -> Iterator[Entry]:
        """Yield a listing, sorted by key."""
        for row in self._connection.execute(f"{ENTRIES.format(side=side)} order by key"):
            yield _entry(row)

    def entry(self, side: Side, key: str) -> Entry | None:
        """Return what was listed of a key."""
        row = self._connection.execute(f"{ENTRIES.format(side=side)} where key = ?", (key,)).fetchone()
        return _entry(row) if row else None

    def totals(self, side: Side) -> Totals:
        """Return what a listing sums up to."""
        objects, size, newest = self._connection.execute(TOTALS.format(side=side)).fetchone()
        return Totals(objects, size, None if newest is None else datetime.fromtimestamp(newest, UTC))

    def note(self, name: str, rows: Iterable[Row]) -> None:
        """Remember a text for each key under a name; a later one replaces an earlier one."""
        self._connection.executemany(
            "insert or replace into notes values (?, ?, ?)", ((name, key, text) for key, text in rows)
        )

    def noted(self, name: str, key: str) -> str | None:
        """Return what was remembered for a key."""
        row = self._connection.execute(
            "select text from notes where name = ? and key = ?", (name, key)
        ).fetchone()
        return row[0] if row else None

    def notes(self, name: str) -> Iterator[Row]:
        """Yield what was remembered under a name, sorted by key."""
        rows = self._connection.execute("select key, text from notes where name = ? order by key", (name,))
        for key, text in rows:
            yield str(key), str(text)


def _entry(row: tuple[str, int, str, float, str]) -> Entry:
    key, size, etag, modified, storage_class = row
    return Entry(key, size, etag, datetime.fromtimestamp(modified, UTC), storage_class)


@contextmanager
def open_catalog() -> Generator[Catalog]:
    """Give an empty catalog, whose file goes with it."""
    with tempfile.TemporaryDirectory(prefix="cce-migration-") as folder:
        connection = sqlite3.connect(Path(folder) / "catalog.sqlite", isolation_level=None)
        try:
            yield Catalog(connection)
        finally:
            connection.close()


def listing_digest(entries: Iterable[Entry]) -> str:
    """Return one hash over keys, sizes and ETags of a listing: the sum of those of its entries, in whatever order they come."""
    lines = (json.dumps([entry.key, entry.size, entry.etag]).encode() for entry in entries)
    return _sum(int.from_bytes(hashlib.sha256(line).digest()) for line in lines)


def joined_digest(digests: Iterable[str]) -> str:
    """Return the hash of a listing from those of its ranges."""
    return _sum(int(digest, 16) for digest in digests)


def _sum(numbers: Iterable[int]) -> str:
    return f"{sum(numbers) % 2**256:064x}"
