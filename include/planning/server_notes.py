"""Keep this program's own notes on a target server, in a database of their own that the administrator may make.

Managed servers let nobody write into the maintenance database.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.planning.database_client import database_size, one_value, open_database

# The name of the database, and in PostgreSQL of the schema in it, too.
NOTES = "cce_migration"
# The tables of it whose rows name a migration: how far copies are, and whose a database is.
NOTED = ("copies", "owned_databases")


def has_notes(access: DatabaseAccess) -> bool:
    """Say whether this program has ever left notes on the server."""
    return database_size(access, NOTES) is not None


@contextmanager
def open_notes(access: DatabaseAccess) -> Generator[Any]:
    """Yield a cursor in the database of the notes, which is made if it is not there."""
    make_notes(access)
    with open_database(access, NOTES) as cursor:
        yield cursor


def make_notes(access: DatabaseAccess) -> None:
    """Make the database of the notes; one that is there, or that another task is making, stays."""
    if not has_notes(access):
        with open_database(access) as cursor:
            try:
                cursor.execute(f"create database {NOTES}")
            except Exception:  # each driver has an exception tree of its own
                if not has_notes(access):
                    raise
    if access.engine == "postgresql":
        with open_database(access, NOTES) as cursor:
            cursor.execute(f"create schema if not exists {NOTES}")


def count_notes(access: DatabaseAccess, migration: str) -> int:
    """Return how many notes of a migration lie on the server."""
    return sum(_count(access, table, migration) for table in NOTED) if has_notes(access) else 0


def remove_notes(access: DatabaseAccess, migration: str) -> None:
    """Remove a migration's notes, and their database with the last one of any migration.

    No later run knows the databases of this server as its own then: it leaves alone what it finds.
    """
    if not has_notes(access):
        return
    for table in NOTED:
        if _has_table(access, table):
            with open_database(access, NOTES) as cursor:
                cursor.execute(f"delete from {NOTES}.{table} where migration = %s", (migration,))
    if not any(_count(access, table) for table in NOTED):
        with open_database(access) as cursor:
            cursor.execute(f"drop database {NOTES}")


def _count(access: DatabaseAccess, table: str, migration: str | None = None) -> int:
    if not _has_table(access, table):
        return 0
    of_one = "" if migration is None else " where migration = %s"
    values = () if migration is None else (migration,)
    return int(one_value(access, f"select count(*) from {NOTES}.{table}{of_one}", *values, database=NOTES))


def _has_table(access: DatabaseAccess, table: str) -> bool:
    query = "select count(*) from information_schema.tables where table_schema = %s and table_name = %s"
    return bool(one_value(access, query, NOTES, table, database=NOTES))
