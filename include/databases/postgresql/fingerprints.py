"""Compute a fingerprint inside a PostgreSQL server: rows never leave it."""

from __future__ import annotations

import queue
from collections.abc import Sequence

from psycopg import sql

from include.databases.fingerprint import Fingerprint, TableMark
from include.databases.postgresql.definitions import USER_SCHEMAS, definitions
from include.databases.postgresql.session import Connection, Opener, rows
from include.engines import run_side_by_side

THREADS = 3
# 60 bits of each row's hash, summed: the order of rows does not matter, and a doubled row counts twice.
TABLE_QUERY = "select count(*), coalesce(sum(('x' || left(md5((r.*)::text), 15))::bit(60)::bigint), 0)::text from only {} r"
# Tables of extensions belong to the extension. Materialized views are computed anew on the target, so that an outdated one
# differs in its rows by right: their definitions are compared, not their rows.
TABLES_QUERY = f"""select c.oid::regclass::text, n.nspname, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and {USER_SCHEMAS} and c.oid not in
        (select objid from pg_depend where classid = 'pg_class'::regclass and deptype = 'e')
    order by pg_relation_size(c.oid) desc, 1"""
SEQUENCES_QUERY = f"""select c.oid::regclass::text, n.nspname, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and {USER_SCHEMAS} order by 1"""
LARGE_OBJECTS_QUERY = "select oid::text, md5(lo_get(oid)) from pg_largeobject_metadata"


def fingerprint(open_session: Opener, roles: dict[str, str]) -> Fingerprint:
    """Return the fingerprint of the database that `open_session` opens, tables in three sessions at once."""
    sessions = [open_session() for _ in range(THREADS)]
    free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    for connection in sessions:
        free.put(connection)
    try:
        tables = rows(sessions[0], TABLES_QUERY)

        def mark(table: Sequence[str]) -> tuple[str, TableMark]:
            connection = free.get()
            try:
                return table[0], table_mark(connection, table[1], table[2])
            finally:
                free.put(connection)

        marks = dict(run_side_by_side(mark, tables, THREADS, name="tables"))
        return Fingerprint(
            tables=dict(sorted(marks.items())),
            sequences=sequences(sessions[0]),
            large_objects={str(oid): str(digest) for oid, digest in rows(sessions[0], LARGE_OBJECTS_QUERY)},
            definitions=definitions(sessions[0]),
            roles=roles,
        )
    finally:
        for connection in sessions:
            connection.close()


def table_mark(connection: Connection, schema: str, name: str) -> TableMark:
    """Return rows and hash of one table."""
    count, total = rows(connection, sql.SQL(TABLE_QUERY).format(sql.Identifier(schema, name)))[0]
    return TableMark(rows=int(count), hash=str(total))


def sequences(connection: Connection) -> dict[str, str]:
    """Return sequence -> `last value, whether it was used`. Sequences obey no snapshot: these are present values."""
    found = {}
    for label, schema, name in rows(connection, SEQUENCES_QUERY):
        query = sql.SQL("select last_value, is_called from {}").format(sql.Identifier(schema, name))
        last, is_called = rows(connection, query)[0]
        found[str(label)] = f"{last}, {'used' if is_called else 'unused'}"
    return found


def set_sequences(connection: Connection, wanted: dict[str, str]) -> None:
    """Give the sequences of a target the values read from the source."""
    for label, state in wanted.items():
        last, _, used = state.partition(", ")
        connection.execute("select setval(%s::regclass, %s::bigint, %s)", (label, last, used == "used"))
