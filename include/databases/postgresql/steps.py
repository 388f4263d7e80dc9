"""Note on the target server which steps of a whole copy are done, so that a killed one goes on from there.

The notes lie beside the states of copies, in a database of their own: they survive the worker, and another run finds them, too.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from include.connections import DatabaseAccess
from include.databases.postgresql.session import Connection, rows, session
from include.planning.server_notes import NOTES, make_notes

PLACE = f"{NOTES}.copy_steps"
SCHEMA = "schema"
ROWS = "rows"
LARGE_OBJECTS = "large objects"


def table_step(table: str) -> str:
    """Return the step of one table."""
    return f"table {table}"


class Steps:
    """Hold the notes of one database's copy. Safe to use from several threads."""

    def __init__(self, connection: Connection, database: str) -> None:
        self._connection = connection
        self._database = database
        self._lock = threading.Lock()

    def done(self) -> dict[str, str]:
        """Return what was noted: step -> detail."""
        query = f"select step, detail from {PLACE} where name = %s"
        with self._lock:
            return {str(step): str(detail) for step, detail in rows(self._connection, query, self._database)}

    def note(self, step: str, detail: str = "") -> None:
        """Note that a step is done. What was committed before on this server survives, however it was committed."""
        with self._lock:
            self._connection.execute(
                f"insert into {PLACE} (name, step, detail) values (%s, %s, %s) "
                "on conflict (name, step) do update set detail = excluded.detail",
                (self._database, step, detail),
            )

    def forget(self) -> None:
        """Remove the notes: the copy is made anew, or is whole."""
        with self._lock:
            self._connection.execute(f"delete from {PLACE} where name = %s", (self._database,))


@contextmanager
def open_steps(target: DatabaseAccess, database: str) -> Generator[Steps]:
    """Yield the notes of a database's copy."""
    make_notes(target)
    with session(target, NOTES) as connection:
        connection.execute(
            f"create table if not exists {PLACE} (name text, step text, detail text not null, primary key (name, step))"
        )
        yield Steps(connection, database)
