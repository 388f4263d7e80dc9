"""Compute a fingerprint inside a MariaDB server: rows never leave it."""

from __future__ import annotations

import hashlib
import queue
import re
from collections.abc import Iterable, Sequence
from typing import Any

from include.databases.fingerprint import Fingerprint, TableMark
from include.databases.mariadb.session import quoted, rows, value
from include.engines import run_side_by_side

TABLES = """select table_name from information_schema.tables
    where table_schema = %s and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by data_length desc, 1"""
# Generated columns follow from the others.
COLUMNS = """select column_name from information_schema.columns
    where table_schema = %s and table_name = %s and is_generated = 'NEVER' order by ordinal_position"""
COUNTERS = "select table_name, auto_increment from information_schema.tables where table_schema = %s and auto_increment is not null"
SEQUENCES = (
    "select table_name from information_schema.tables where table_schema = %s and table_type = 'SEQUENCE'"
)
NAMED = {
    "view": "select table_name from information_schema.views where table_schema = %s",
    "procedure": "select routine_name from information_schema.routines where routine_type = 'PROCEDURE' and routine_schema = %s",
    "function": "select routine_name from information_schema.routines where routine_type = 'FUNCTION' and routine_schema = %s",
    "trigger": "select trigger_name from information_schema.triggers where trigger_schema = %s",
    "event": "select event_name from information_schema.events where event_schema = %s",
    "table": TABLES,
    "sequence": SEQUENCES,
}
# Which column of SHOW CREATE holds the statement.
STATEMENT_COLUMN = {"procedure": 2, "function": 2, "trigger": 2, "event": 3}
DATABASE = "select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = %s"
COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


def fingerprint(sessions: Sequence[Any], database: str, users: dict[str, str]) -> Fingerprint:
    """Return the fingerprint of a database, its tables shared among the sessions."""
    tables = [str(name) for (name,) in rows(sessions[0], TABLES, database)]
    marks = table_marks(sessions, database, tables)
    return Fingerprint(
        tables=marks,
        sequences=counters(sessions[0], database),
        definitions=definitions(sessions[0], database),
        roles=users,
    )


def table_marks(sessions: Sequence[Any], database: str, tables: Iterable[str]) -> dict[str, TableMark]:
    """Return the marks of tables, as many at once as there are sessions."""
    free: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for connection in sessions:
        free.put(connection)

    def mark(table: str) -> tuple[str, TableMark]:
        connection = free.get()
        try:
            return table, _table_mark(connection, database, table)
        finally:
            free.put(connection)

    return dict(sorted(run_side_by_side(mark, tables, len(sessions), name="tables")))


def table_query(database: str, table: str, columns: Sequence[str]) -> str:
    """Return the query for rows and hash of a table.

    Each column is hashed alone, so that no row gets too long for the server, and NULL is not the empty text.
    60 bits of each row's hash are summed: the order of rows does not matter, and a doubled row counts twice.
    """
    cells = ", ".join(f"ifnull(md5({quoted(column)}), '-')" for column in columns)
    row = f"conv(left(md5(concat_ws(',', {cells})), 15), 16, 10)"
    place = f"{quoted(database)}.{quoted(table)}"
    return f"select count(*), coalesce(sum(cast({row} as unsigned)), 0) from {place}"


def counters(connection: Any, database: str) -> dict[str, str]:
    """Return the next numbers of tables and sequences. They obey no snapshot: these are present values."""
    found = {f"auto_increment {name}": str(number) for name, number in rows(connection, COUNTERS, database)}
    for (name,) in rows(connection, SEQUENCES, database):
        query = f"select next_not_cached_value from {quoted(database)}.{quoted(name)}"
        found[f"sequence {name}"] = str(value(connection, query))
    return dict(sorted(found.items()))


def set_counters(connection: Any, database: str, wanted: dict[str, str]) -> None:
    """Give a target's counters the values read from the source, where they differ."""
    present = counters(connection, database)
    with connection.cursor() as cursor:
        for label, number in wanted.items():
            kind, _, name = label.partition(" ")
            place = f"{quoted(database)}.{quoted(name)}"
            if present.get(label) == number:
                continue
            if kind == "sequence":
                cursor.execute(f"alter sequence {place} restart {int(number)}")
            else:
                cursor.execute(f"alter table {place} auto_increment = {int(number)}")


def definitions(connection: Any, database: str) -> dict[str, str]:
    """Return `kind name` -> hash of the statement that makes it."""
    found = {"database itself": _hash(str(rows(connection, DATABASE, database)))}
    for kind, query in NAMED.items():
        for (name,) in rows(connection, query, database):
            shown = rows(connection, f"show create {kind} {quoted(database)}.{quoted(name)}")[0]
            statement = str(shown[STATEMENT_COLUMN.get(kind, 1)])
            found[f"{kind} {name}"] = _hash(COUNTER.sub("", statement))
    return dict(sorted(found.items()))


def _table_mark(connection: Any, database: str, table: str) -> TableMark:
    columns = [str(name) for (name,) in rows(connection, COLUMNS, database, table)]
    # Executed without values: a percent sign in a name stays one.
    count, total = rows(connection, table_query(database, table, columns))[0]
    return TableMark(rows=int(count), hash=str(int(total)))


def _hash(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
