"""Know the tables that are followed: columns, keys, and how each column's text is written as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from include.databases.mariadb.session import quoted, rows

COLUMNS = """select table_name, column_name, data_type, column_type, character_set_name, character_octet_length,
    is_generated from information_schema.columns
    where table_schema = %s and table_name in
    (select table_name from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE')
    order by table_name, ordinal_position"""
# A key by which each row is found: unique, without NULL, over whole columns; the primary key comes first.
KEYS = """select table_name, index_name, group_concat(column_name order by seq_in_index separator '\\n')
    from information_schema.statistics where table_schema = %s group by table_name, index_name
    having max(non_unique) = 0 and sum(nullable = 'YES') = 0 and count(sub_part) = 0
    order by table_name, index_name <> 'PRIMARY', count(*), index_name"""
SEQUENCES = (
    "select table_name from information_schema.tables where table_schema = %s and table_type = 'SEQUENCE'"
)
# Fixed lengths whose trailing zero bytes the log leaves out.
FIXED_SIZES = {"inet4": 4, "inet6": 16, "uuid": 16}

BYTE_TYPES = frozenset({
    "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json",
    "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob",
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection",
})  # fmt: skip


@dataclass(frozen=True)
class FollowedColumn:
    """Describe one column.

    :param charset: of text; None for bytes and for all that is no text.
    :param size: of BINARY and other types of fixed length, in bytes.
    """

    name: str
    type: str
    charset: str | None
    size: int
    is_unsigned: bool
    is_generated: bool

    def literal(self, data: bytes) -> str:
        """Return text or bytes as SQL, exactly as they are stored."""
        if self.charset:
            return f"_{self.charset} x'{data.hex()}'"
        return f"x'{data.ljust(self.size, bytes(1)).hex()}'"

    def equals(self, literal: str) -> str:
        """Return the condition that the column holds this value, text byte by byte: its collation may call more equal."""
        if literal == "NULL" or self.type not in BYTE_TYPES:
            return f"{quoted(self.name)} <=> {literal}"
        return f"binary {quoted(self.name)} <=> {literal.rpartition(' ')[2]}"


@dataclass(frozen=True)
class FollowedTable:
    """Describe one table.

    :param key: places of the columns by which a row is found; without any, the whole row is compared.
    """

    name: str
    columns: tuple[FollowedColumn, ...]
    key: tuple[int, ...]

    @cached_property
    def written(self) -> list[int]:
        """Return the places of the columns that can be written."""
        return [place for place, column in enumerate(self.columns) if not column.is_generated]


def read_tables(connection: Any, database: str) -> dict[str, FollowedTable]:
    """Return the tables of a database by name; views, sequences and tables with a history are left out."""
    keys = _keys(connection, database)
    columns: dict[str, list[FollowedColumn]] = {}
    for name, *described in rows(connection, COLUMNS, database, database):
        columns.setdefault(str(name), []).append(_column(described))
    return {
        name: FollowedTable(name, tuple(found), _places(found, keys.get(name, [])))
        for name, found in columns.items()
    }


def sequence_names(connection: Any, database: str) -> frozenset[str]:
    """Return the names of the sequences, whose states stand in the log like rows."""
    return frozenset(str(name) for (name,) in rows(connection, SEQUENCES, database))


def _keys(connection: Any, database: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for name, _, columns in rows(connection, KEYS, database):
        found.setdefault(str(name), []).append(str(columns).split("\n"))
    return found


def _places(columns: Sequence[FollowedColumn], keys: Iterable[Sequence[str]]) -> tuple[int, ...]:
    places = {column.name: place for place, column in enumerate(columns) if not column.is_generated}
    for key in keys:
        if all(name in places for name in key):
            return tuple(places[name] for name in key)
    return ()


def _column(described: Sequence[Any]) -> FollowedColumn:
    name, kind, declaration, charset, size, generated = described
    is_bytes = kind == "binary"
    return FollowedColumn(
        name=str(name),
        type=str(kind),
        charset=str(charset) if charset else None,
        size=int(size) if is_bytes else FIXED_SIZES.get(str(kind), 0),
        is_unsigned="unsigned" in str(declaration),
        is_generated=generated == "ALWAYS",
    )
