"""Compute a fingerprint inside a MariaDB server: rows never leave it."""

from __future__ import annotations

import hashlib
import queue
import re
from collections.abc import Iterable, Sequence
from typing import Any

from include.databases.fingerprint import Fingerprint, TableMark
from include.databases.mariadb.definers import ALL_KEPT, Definers
from include.databases.mariadb.lines import AS_TEXT, PLAIN, cell_of, rows_of
from include.databases.mariadb.pieces import Piece, bounds_of, cut, largest_first
from include.databases.mariadb.session import quoted, rows, value
from include.databases.mariadb.tables import Column, Table, list_tables, range_of_key
from include.engines import run_side_by_side

TABLES = """select table_name from information_schema.tables
    where table_schema = %s and table_type in ('BASE TABLE', 'SYSTEM VERSIONED') order by data_length desc, 1"""
COLLATIONS = """select column_name, character_set_name, collation_name from information_schema.columns
    where table_schema = %s and table_name = %s order by ordinal_position"""
COUNTERS = "select table_name, auto_increment from information_schema.tables where table_schema = %s and auto_increment is not null"
SEQUENCES = (
    "select table_name from information_schema.tables where table_schema = %s and table_type = 'SEQUENCE'"
)
NAMED = {
    "view": "select table_name from information_schema.views where table_schema = %s",
    "procedure": "select routine_name from information_schema.routines where routine_type = 'PROCEDURE' and routine_schema = %s",
    "function": "select routine_name from information_schema.routines where routine_type = 'FUNCTION' and routine_schema = %s",
    "package": "select routine_name from information_schema.routines where routine_type = 'PACKAGE' and routine_schema = %s",
    "package body": "select routine_name from information_schema.routines where routine_type = 'PACKAGE BODY' and routine_schema = %s",
    "trigger": "select trigger_name from information_schema.triggers where trigger_schema = %s",
    "event": "select event_name from information_schema.events where event_schema = %s",
    "table": TABLES,
    "sequence": SEQUENCES,
}
# Which column of SHOW CREATE holds the statement.
STATEMENT_COLUMN = {"procedure": 2, "function": 2, "package": 2, "package body": 2, "trigger": 2, "event": 3}
DATABASE = "select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = %s"
COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
# Servers tell of a table's character sets only where they think it worth while, each version differently.
COLLATED = re.compile(r" (?:DEFAULT )?(?:CHARACTER SET|CHARSET|COLLATE)[ =]\w+")
# A row holds 65,535 bytes of these at most.
SHORT = frozenset({"char", "varchar", "binary", "varbinary"})
FORMER_UTF8 = re.compile(r"\butf8(?=_|\b)")


def fingerprint(
    sessions: Sequence[Any], database: str, users: dict[str, str], definers: Definers = ALL_KEPT
) -> Fingerprint:
    """Return the fingerprint of a database, its tables shared among the sessions.

    :param definers: what of it runs as another than on the source: it counts as it is there.
    """
    marks = table_marks(sessions, database, list_tables(sessions[0], database))
    return Fingerprint(
        tables=marks,
        sequences=counters(sessions[0], database),
        definitions=definitions(sessions[0], database, definers),
        roles=users,
        definers=definers.told(),
    )


def table_marks(sessions: Sequence[Any], database: str, tables: Iterable[Table]) -> dict[str, TableMark]:
    """Return the marks of tables; large ones are read by several sessions at once."""
    pieces = [
        piece
        for table in tables
        for piece in cut(table, bounds_of(table, range_of_key(sessions[0], database, table)))
    ]
    found: dict[str, list[TableMark]] = {}
    for piece, mark in piece_marks(sessions, database, pieces).items():
        found.setdefault(piece.table.name, []).append(mark)
    return {name: _sum(marks) for name, marks in sorted(found.items())}


def piece_marks(sessions: Sequence[Any], database: str, pieces: Sequence[Piece]) -> dict[Piece, TableMark]:
    """Return the marks of pieces, as many at once as there are sessions."""
    free: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for connection in sessions:
        free.put(connection)

    def mark(piece: Piece) -> tuple[Piece, TableMark]:
        connection = free.get()
        try:
            # Executed without values: a percent sign in a name stays one.
            count, total = rows(connection, mark_query(database, piece))[0]
        finally:
            free.put(connection)
        return piece, TableMark(rows=int(count), hash=str(int(total)))

    return dict(run_side_by_side(mark, largest_first(pieces), len(sessions), name="marks"))


def mark_query(database: str, piece: Piece) -> str:
    """Return the query for rows and hash of a piece of a table.

    60 bits of each row's hash are summed: the order of rows does not matter, and a doubled row counts twice.
    """
    cells = ", ".join(f"ifnull({_hashed(column)}, '-')" for column in piece.table.columns)
    row = f"conv(left(md5(concat_ws(',', {cells})), 15), 16, 10)"
    return f"select count(*), coalesce(sum(cast({row} as unsigned)), 0) from {rows_of(database, piece)}"


def _hashed(column: Column) -> str:
    """Return what of a column goes into its row's hash, never `-`, and with no comma that its length does not cover.

    One hash a row takes a third of the time of one a column. Only columns that may be long are hashed alone, so that no
    row gets too long for the server.
    """
    name = quoted(column.name)
    if column.kind in SHORT:
        return f"concat(length({name}), ':', {cell_of(column)})"
    return cell_of(column) if column.kind in {*PLAIN, *AS_TEXT, "float"} else f"md5({name})"


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


def definitions(connection: Any, database: str, definers: Definers = ALL_KEPT) -> dict[str, str]:
    """Return `kind name` -> hash of the statement that makes it, tables with the collation of each column."""
    found = {"database itself": _hash(_present(str(rows(connection, DATABASE, database))))}
    for kind, query in NAMED.items():
        for (name,) in rows(connection, query, database):
            shown = rows(connection, f"show create {kind} {quoted(database)}.{quoted(name)}")[0]
            statement = COUNTER.sub("", str(shown[STATEMENT_COLUMN.get(kind, 1)]))
            if kind == "table":
                statement = table_definition(statement, rows(connection, COLLATIONS, database, name))
            found[f"{kind} {name}"] = _hash(definers.as_on_source(f"{kind} {name}", statement))
    return dict(sorted(found.items()))


def table_definition(statement: str, collations: Iterable[Sequence[Any]]) -> str:
    """Return what defines a table, the same from servers of different versions."""
    return f"{COLLATED.sub('', statement)} {_present(str([tuple(row) for row in collations]))}"


def _present(text: str) -> str:
    """Return character sets by their present names: `utf8` is `utf8mb3` since 10.6."""
    return FORMER_UTF8.sub("utf8mb3", text)


def _sum(marks: Sequence[TableMark]) -> TableMark:
    return TableMark(rows=sum(mark.rows for mark in marks), hash=str(sum(int(mark.hash) for mark in marks)))


def _hash(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
