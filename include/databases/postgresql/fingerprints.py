"""Compute a fingerprint inside a PostgreSQL server: rows never leave it."""

from __future__ import annotations

import queue
from collections import defaultdict
from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing, contextmanager

from psycopg import sql

from include.databases.fingerprint import Fingerprint, TableMark
from include.databases.postgresql.definitions import USER_SCHEMAS, definitions, rights
from include.databases.postgresql.pieces import Piece, Table, cut_all
from include.databases.postgresql.session import Connection, Opener, rows
from include.databases.postgresql.tables import list_tables
from include.engines import run_side_by_side

THREADS = 3
# 64 bits of each row, summed: the order of rows does not matter, and a doubled row counts twice.
PIECE_QUERY = "select count(*), coalesce(sum({}), 0)::text from only {} r"
SEQUENCES_QUERY = f"""select c.oid::regclass::text, n.nspname, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and {USER_SCHEMAS} order by 1"""
LARGE_OBJECTS_QUERY = f"""select m.oid::text, concat_ws(' ', md5(lo_get(m.oid)), pg_get_userbyid(m.lomowner),
    {rights("m.lomacl", "L", "m.lomowner")}) from pg_largeobject_metadata m"""


def fingerprint(open_session: Opener, roles: dict[str, str]) -> Fingerprint:
    """Return the fingerprint of the database that `open_session` opens, tables in several sessions at once."""
    with closing(open_session()) as connection:
        return Fingerprint(
            tables=table_marks(open_session, list_tables(connection)),
            sequences=sequences(connection),
            large_objects=large_object_marks(connection),
            definitions=definitions(connection),
            roles=roles,
        )


def table_marks(open_session: Opener, tables: Iterable[Table]) -> dict[str, TableMark]:
    """Return rows and hash of the tables, a large one's in pieces: cut where it may be, the sum is the same."""
    with _sessions(open_session) as free:

        def mark(piece: Piece) -> tuple[str, int, int]:
            connection = free.get()
            try:
                return piece.table.name, *_piece_mark(connection, piece)
            finally:
                free.put(connection)

        found = run_side_by_side(mark, cut_all(tables), THREADS, name="tables")
    sums: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, count, total in found:
        sums[name] = (sums[name][0] + count, sums[name][1] + total)
    return {name: TableMark(rows=sums[name][0], hash=str(sums[name][1])) for name in sorted(sums)}


def _piece_mark(connection: Connection, piece: Piece) -> tuple[int, int]:
    # Names come from the server's own quoting.
    where = f" where {piece.condition}" if piece.condition else ""
    query = sql.SQL(PIECE_QUERY.format(piece.table.row_hash, piece.table.name) + where)
    count, total = rows(connection, query)[0]
    return int(count), int(total)


@contextmanager
def _sessions(open_session: Opener) -> Generator[queue.SimpleQueue[Connection]]:
    free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    with ExitStack() as opened:
        for _ in range(THREADS):
            free.put(opened.enter_context(closing(open_session())))
        yield free


def large_object_marks(connection: Connection) -> dict[str, str]:
    """Return id -> hash, owner and rights of every large object."""
    return {str(oid): str(mark) for oid, mark in rows(connection, LARGE_OBJECTS_QUERY)}


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
