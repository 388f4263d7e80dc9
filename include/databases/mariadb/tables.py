"""List the tables of a database that hold rows, with the columns that can be written and the key by which each is cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from include.databases.mariadb.session import quoted, rows

TABLES = """select table_name, coalesce(data_length, 0), engine, table_type = 'SYSTEM VERSIONED' from information_schema.tables
    where table_schema = %s and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by data_length desc, 1"""
# Generated columns follow from the others, but for those that say since when and until when a row was valid.
COLUMNS = """select table_name, column_name, data_type, generation_expression from information_schema.columns
    where table_schema = %s and (is_generated = 'NEVER' or generation_expression in ('ROW START', 'ROW END'))
    order by table_name, ordinal_position"""
# The rows of InnoDB lie in the order of this key: a range of it is read without any other row.
KEYS = """select s.table_name, s.column_name from information_schema.statistics s join information_schema.columns c
    on c.table_schema = s.table_schema and c.table_name = s.table_name and c.column_name = s.column_name
    where s.table_schema = %s and s.index_name = 'PRIMARY' and s.seq_in_index = 1 and s.sub_part is null
    and c.data_type in ('tinyint', 'smallint', 'mediumint', 'int', 'bigint')"""
# Names of the columns of a period when nobody gave them any: such columns stand in no list.
PERIOD = ("row_start", "row_end")
PERIOD_EXPRESSIONS = frozenset({"ROW START", "ROW END"})


@dataclass(frozen=True)
class Column:
    """Name a column that holds something of its own; `kind` is its type without length and sign."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """Describe a table that holds rows.

    :param size: bytes on disk without secondary indexes, as the server's statistics say.
    :param columns: without generated ones; with the period of a system-versioned table.
    :param key: the first column of the primary key when it is a whole number, of an InnoDB table that keeps no former rows.
    """

    name: str
    size: int
    engine: str = "InnoDB"
    is_versioned: bool = False
    columns: tuple[Column, ...] = ()
    key: str | None = None

    @property
    def has_transactions(self) -> bool:
        """Say whether what was not committed is gone after a kill."""
        return self.engine == "InnoDB"


@dataclass
class _Draft:
    columns: list[Column] = field(default_factory=list)
    has_period: bool = False


def list_tables(connection: Any, database: str) -> list[Table]:
    """Return the tables of a database, the largest first."""
    drafts = _drafts(rows(connection, COLUMNS, database))
    keys = {str(table): str(column) for table, column in rows(connection, KEYS, database)}
    return [
        _table(str(name), int(size), str(engine), bool(versioned), drafts.get(str(name), _Draft()), keys)
        for name, size, engine, versioned in rows(connection, TABLES, database)
    ]


def range_of_key(connection: Any, database: str, table: Table) -> tuple[int, int] | None:
    """Return the lowest and the highest value of a table's key, None when it has no key or no row."""
    if table.key is None:
        return None
    column = quoted(table.key)
    # Executed without values: a percent sign in a name stays one.
    query = f"select min({column}), max({column}) from {quoted(database)}.{quoted(table.name)}"
    low, high = rows(connection, query)[0]
    return None if low is None else (int(low), int(high))


def _drafts(found: Iterable[tuple[Any, ...]]) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for table, name, kind, expression in found:
        draft = drafts.setdefault(str(table), _Draft())
        draft.columns.append(Column(str(name), str(kind)))
        draft.has_period |= expression in PERIOD_EXPRESSIONS
    return drafts


def _table(
    name: str, size: int, engine: str, is_versioned: bool, draft: _Draft, keys: dict[str, str]
) -> Table:
    hidden = [Column(one, "timestamp") for one in PERIOD] if is_versioned and not draft.has_period else []
    can_be_cut = engine == "InnoDB" and not is_versioned
    return Table(
        name, size, engine, is_versioned, (*draft.columns, *hidden), keys.get(name) if can_be_cut else None
    )
