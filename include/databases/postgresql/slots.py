"""Make, read and remove the publication and the logical slot by which a PostgreSQL server keeps changes for a follower."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass

import psycopg
from psycopg import sql

from include.databases.postgresql.definitions import FOLLOWER, USER_SCHEMAS, own
from include.databases.postgresql.session import Connection, rows, value
from include.errors import PermanentError, TemporaryError

SECONDS_FOR_SLOT = 120
SECONDS_TO_END = 10.0
TABLES = f"""select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'p' and {USER_SCHEMAS} and {own("pg_class", "c")} order by 1, 2"""
SLOT = """select confirmed_flush_lsn::text, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint,
    pg_current_wal_lsn()::text, active_pid from pg_replication_slots
    where slot_name = %s and coalesce(wal_status, 'lost') <> 'lost'"""


@dataclass(frozen=True)
class Slot:
    """Say up to where a slot's changes were taken, how many bytes it retains, where the server is, and who reads it."""

    confirmed: str
    retained: int
    end: str
    reader: int | None


def slot_name(origin: str, destination: str, database: str) -> str:
    """Return the name of slot and publication: the same for every run, so that a later one finds what was left."""
    return f"{FOLLOWER}{zlib.crc32(f'{origin} {destination} {database}'.encode()):08x}"


def read_slot(connection: Connection, name: str) -> Slot | None:
    """Return a slot; None when it is not there, or has lost what it was to keep."""
    found = rows(connection, SLOT, name)
    return Slot(*found[0]) if found else None


def ensure_slot(connection: Connection, name: str) -> Slot:
    """Return the slot, made with its publication if it is not there.

    :raises TemporaryError: when transactions that run for long keep it from being made.
    """
    known = read_slot(connection, name)
    if known is not None:
        return known
    drop_slot(connection, name)
    tables = sql.SQL(", ").join(sql.Identifier(*table) for table in rows(connection, TABLES))
    listed = sql.SQL(" for table {}").format(tables) if tables.as_string(connection) else sql.SQL("")
    connection.execute(sql.SQL("create publication {}{}").format(sql.Identifier(name), listed))
    try:
        with connection.transaction():
            connection.execute(f"set local statement_timeout = '{SECONDS_FOR_SLOT}s'")
            connection.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", (name,))
    except psycopg.errors.QueryCanceled as error:
        raise TemporaryError(
            f"replication slot {name}: was not made within {SECONDS_FOR_SLOT} s, for transactions run since before; "
            "end those that are idle (pg_stat_activity, state `idle in transaction`)"
        ) from error
    made = read_slot(connection, name)
    if made is None:
        raise PermanentError(
            f"replication slot {name}: is gone right after it was made; find out who drops it"
        )
    return made


def drop_slot(connection: Connection, name: str) -> None:
    """Remove slot and publication, whoever reads the slot; safe to repeat."""
    query = "select active_pid from pg_replication_slots where slot_name = %s"
    ends = time.monotonic() + SECONDS_TO_END
    while found := rows(connection, query, name):
        if found[0][0] is not None:
            connection.execute("select pg_terminate_backend(%s)", (found[0][0],))
        try:
            connection.execute("select pg_drop_replication_slot(%s)", (name,))
        except (psycopg.errors.ObjectInUse, psycopg.errors.UndefinedObject):
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
    connection.execute(sql.SQL("drop publication if exists {}").format(sql.Identifier(name)))


def mark_end(connection: Connection) -> str:
    """Write a mark of no meaning into the log, and return its position: whatever was committed before lies before it."""
    return str(value(connection, "select pg_logical_emit_message(true, 'cce-migration', '')::text"))
