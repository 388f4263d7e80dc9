"""Turn the rows of a log's event into the statements that repeat the change on another server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from include.databases.mariadb.binary_cells import Bytes, cell_reader
from include.databases.mariadb.followed_tables import FollowedTable
from include.databases.mariadb.session import quoted
from include.errors import PermanentError

Kind = Literal["insert", "update", "delete"]
# Of one INSERT, in characters.
LONGEST_INSERT = 256 * 1024


@dataclass(frozen=True)
class Statement:
    """Hold a statement and how many rows it has to find."""

    sql: str
    rows: int


@dataclass(frozen=True)
class RowChange:
    """Hold one row before and after; a cell is SQL, or None where the column was left out."""

    before: list[str | None]
    after: list[str | None]


class RowReader:
    """Read the rows of one table, as one description of it in the log lays them out.

    :raises PermanentError: when the table looks different there.
    """

    def __init__(self, database: str, table: FollowedTable, columns: Sequence[Any]) -> None:
        self.table = table
        self._place = f"{database}.{table.name}"
        if len(columns) != len(table.columns):
            raise PermanentError(
                f"table {self._place}: has {len(columns)} columns in the origin's log and {len(table.columns)} on the "
                "destination; its definition was changed, copy the database anew"
            )
        try:
            self._readers = [cell_reader(*pair) for pair in zip(columns, table.columns, strict=True)]
        except PermanentError as error:
            raise PermanentError(f"table {self._place}: {error}") from error

    def changes(self, kind: Kind, data: Bytes, bitmaps: Sequence[bytes]) -> Iterator[RowChange]:
        """Yield the rows of an event; an update has two bitmaps and two images a row."""
        for bitmap in bitmaps:
            self._check(bitmap)
        while not data.is_at_end:
            images = [self._image(data, bitmap) for bitmap in bitmaps]
            yield RowChange([] if kind == "insert" else images[0], [] if kind == "delete" else images[-1])

    def _check(self, bitmap: bytes) -> None:
        missing = [
            self.table.columns[place].name for place in self.table.written if not _is_set(bitmap, place)
        ]
        if missing:
            raise PermanentError(
                f"table {self._place}: the origin's log leaves out columns ({', '.join(missing[:5])}); set "
                "binlog_row_image=FULL there, for every session, and copy the database anew"
            )

    def _image(self, data: Bytes, bitmap: bytes) -> list[str | None]:
        places = [place for place in range(len(self._readers)) if _is_set(bitmap, place)]
        nulls = data.take((len(places) + 7) // 8)
        cells: list[str | None] = [None] * len(self._readers)
        for number, place in enumerate(places):
            cells[place] = "NULL" if _is_set(nulls, number) else self._readers[place](data)
        return cells


def statements(
    database: str, table: FollowedTable, kind: Kind, changes: Iterator[RowChange]
) -> Iterator[Statement]:
    """Yield the statements that repeat changes of one table."""
    place = f"{quoted(database)}.{quoted(table.name)}"
    if kind == "insert":
        yield from _inserts(place, table, changes)
        return
    for change in changes:
        where = _where(table, change.before)
        if kind == "delete":
            yield Statement(f"delete from {place} where {where}", 1)
        else:
            yield Statement(f"update {place} set {_assignments(table, change.after)} where {where}", 1)


def _inserts(place: str, table: FollowedTable, changes: Iterator[RowChange]) -> Iterator[Statement]:
    written = table.written
    names = ", ".join(quoted(table.columns[number].name) for number in written)
    values: list[str] = []
    size = 0
    for change in changes:
        values.append("(" + ", ".join(change.after[number] or "NULL" for number in written) + ")")
        size += len(values[-1])
        if size >= LONGEST_INSERT:
            yield Statement(f"insert into {place} ({names}) values {', '.join(values)}", len(values))
            values, size = [], 0
    if values:
        yield Statement(f"insert into {place} ({names}) values {', '.join(values)}", len(values))


def _assignments(table: FollowedTable, cells: Sequence[str | None]) -> str:
    """Set every column: one that is left out might be set to the present moment by its own definition."""
    return ", ".join(f"{quoted(table.columns[number].name)} = {cells[number]}" for number in table.written)


def _where(table: FollowedTable, cells: Sequence[str | None]) -> str:
    if table.key:
        return " and ".join(f"{quoted(table.columns[number].name)} = {cells[number]}" for number in table.key)
    same = (table.columns[number].equals(cells[number] or "NULL") for number in table.written)
    return f"{' and '.join(same)} limit 1"


def _is_set(bitmap: bytes, place: int) -> bool:
    return bool(bitmap[place // 8] >> place % 8 & 1)
