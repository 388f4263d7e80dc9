"""Keep this program's own notes on a target server, in a database of their own that the administrator may make.

Managed servers let nobody write into the maintenance database.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.planning.database_client import database_size, open_database

# The name of the database, and in PostgreSQL of the schema in it, too.
NOTES = "cce_migration"


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
