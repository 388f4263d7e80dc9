"""Apply decoded row changes to a PostgreSQL database by ordinary SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from psycopg import Cursor, sql

from include.databases.postgresql.pgoutput import (
    UNCHANGED,
    Change,
    Delete,
    Insert,
    Relation,
    Row,
    Truncate,
    Update,
)
from include.databases.postgresql.session import Connection, rows
from include.errors import CopyDivergedError, PermanentError

# From here on COPY is faster than one statement a row.
FEWEST_ROWS_TO_COPY = 50
COLUMNS = """select a.attname, a.attidentity from pg_attribute a
    where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''"""
CASCADING = """select exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = to_regclass(%s)
    and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd')))"""


@dataclass(frozen=True)
class Table:
    """Know a table on both sides.

    :param fixed: columns that only the server may set (GENERATED ALWAYS AS IDENTITY): they never change.
    :param is_reached_by_cascades: rows may be gone or changed already when their turn comes.
    """

    relation: Relation
    fixed: frozenset[str]
    is_reached_by_cascades: bool
    texts: dict[Any, bytes] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> sql.Composable:
        """Return the name as SQL takes it."""
        return sql.Identifier(self.relation.schema, self.relation.name)


@dataclass(frozen=True)
class Statement:
    """Hold one statement, and its values for each row."""

    table: Table
    kind: type[Change]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    is_whole_row: bool = False

    def prepared(self, connection: Connection) -> bytes:
        """Return the SQL as the server takes it, made once."""
        kind = (self.kind, self.columns, self.keys)
        if kind not in self.table.texts:
            self.table.texts[kind] = self.text().as_bytes(connection)
        return self.table.texts[kind]

    def text(self) -> sql.Composed:
        """Return the SQL; values are placeholders without a type, which the server takes from the column."""
        if self.kind is Insert:
            return self._insert()
        where = self._where()
        if self.kind is Delete:
            return sql.SQL("delete from only {} where {}").format(self.table.name, where)
        sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in self.columns)
        return sql.SQL("update only {} set {} where {}").format(self.table.name, sets, where)

    def copy_text(self) -> sql.Composed:
        """Return the COPY that fills the same columns."""
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        return sql.SQL("copy {} ({}) from stdin").format(self.table.name, names)

    def _insert(self) -> sql.Composed:
        names = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(self.columns))
        text = "insert into {} ({}) overriding system value values ({})"
        return sql.SQL(text).format(self.table.name, names, marks)

    def _where(self) -> sql.Composed:
        if not self.is_whole_row:
            return sql.SQL(" and ").join(
                sql.SQL("{} = %s").format(sql.Identifier(name)) for name in self.keys
            )
        # Equal rows may be there more than once, and not every type has an equality: one is taken, by its text.
        same = sql.SQL(" and ").join(
            sql.SQL("{}::text is not distinct from %s").format(sql.Identifier(name)) for name in self.keys
        )
        return sql.SQL("ctid = (select ctid from only {} where {} limit 1)").format(self.table.name, same)


def read_table(connection: Connection, relation: Relation) -> Table:
    """Return what has to be known of a table of the destination.

    :raises PermanentError: when its columns are not those of the origin.
    """
    name = sql.Identifier(relation.schema, relation.name).as_string(connection)
    found = {str(column): str(identity) for column, identity in rows(connection, COLUMNS, name)}
    if set(found) != set(relation.columns):
        raise PermanentError(
            f"table {name}: has columns {', '.join(relation.columns)} on the side that is followed, and "
            f"{', '.join(found) or 'does not exist'} on the other; definitions may not change while a database is followed: "
            "take the change back, or clear the task of the copy, which begins anew"
        )
    fixed = frozenset(column for column, identity in found.items() if identity == "a")
    cascading = bool(rows(connection, CASCADING, name)[0][0])
    return Table(relation, fixed, cascading)


def apply_changes(connection: Connection, changes: Sequence[tuple[Table, Change]]) -> None:
    """Apply changes in their order, inside the connection's transaction.

    :raises CopyDivergedError: when a row that is changed is not there: the copies are not the same.
    """
    grouped = [
        (statement, [values for _, values in group])
        for statement, group in groupby(_statements(changes), key=lambda pair: pair[0])
    ]
    for is_copied, group in groupby(grouped, key=_is_copied):
        if is_copied:
            for statement, values in group:
                _copy(connection, statement, values)
        else:
            _execute(connection, list(group))


def truncate(connection: Connection, tables: Sequence[Table], change: Truncate) -> None:
    """Empty tables; sequences are set when the following ends."""
    names = sql.SQL(", ").join(sql.SQL("only {}").format(table.name) for table in tables)
    cascade = sql.SQL(" cascade" if change.cascades else "")
    connection.execute(sql.SQL("truncate table {}{}").format(names, cascade))


def _statements(changes: Sequence[tuple[Table, Change]]) -> Iterator[tuple[Statement, Row]]:
    for table, change in changes:
        columns = table.relation.columns
        if isinstance(change, Insert):
            yield Statement(table, Insert, columns, ()), change.new
        elif isinstance(change, Delete):
            keys, found = _key(table, change.old)
            yield Statement(table, Delete, (), keys, table.relation.identity == "f"), found
        elif isinstance(change, Update):
            yield from _update(table, change)


def _update(table: Table, change: Update) -> Iterator[tuple[Statement, Row]]:
    keys, found = _key(table, change.new if change.old is None else change.old)
    pairs = [
        (name, value)
        for name, value in zip(table.relation.columns, change.new, strict=True)
        if value is not UNCHANGED and name not in table.fixed
    ]
    if pairs:
        columns = tuple(name for name, _ in pairs)
        values = tuple(value for _, value in pairs)
        yield Statement(table, Update, columns, keys, table.relation.identity == "f"), (*values, *found)


def _key(table: Table, row: Row) -> tuple[tuple[str, ...], Row]:
    parts = zip(table.relation.columns, row, table.relation.keys, strict=True)
    pairs = [(name, value) for name, value, is_key in parts if is_key]
    return tuple(name for name, _ in pairs), tuple(value for _, value in pairs)


def _is_copied(group: tuple[Statement, list[Row]]) -> bool:
    return group[0].kind is Insert and len(group[1]) >= FEWEST_ROWS_TO_COPY


def _copy(connection: Connection, statement: Statement, values: Sequence[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement.copy_text()) as copy:
        for row in values:
            copy.write_row(row)


def _execute(connection: Connection, groups: Sequence[tuple[Statement, list[Row]]]) -> None:
    sent: list[tuple[Cursor[Any], Statement, int]] = []
    with connection.pipeline():
        for statement, values in groups:
            cursor = connection.cursor()
            cursor.executemany(statement.prepared(connection), values)
            sent.append((cursor, statement, len(values)))
    for cursor, statement, wanted in sent:
        if cursor.rowcount != wanted and not statement.table.is_reached_by_cascades:
            raise CopyDivergedError(
                f"table {statement.table.relation.schema}.{statement.table.relation.name}: {statement.kind.__name__.lower()} "
                f"of {wanted} rows met {cursor.rowcount}; something else writes into the copy: stop it, and clear the task of "
                "the copy, which begins anew"
            )
