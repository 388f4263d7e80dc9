"""Note on the target server which steps of a whole copy are done, so that a killed one goes on from there.

A piece is noted in the transaction that brings its rows: one that is not noted has none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.pieces import Piece
from include.databases.mariadb.session import rows, session
from include.planning.server_notes import NOTES, make_notes

PLACE = f"{NOTES}.copy_steps"
MAKE = f"""create table if not exists {PLACE} (name varchar(64) not null, step varchar(255) not null, detail longtext not null,
    primary key (name, step)) engine = InnoDB character set utf8mb4 collate utf8mb4_bin"""
SCHEMA = "schema"
NOTE = f"replace into {PLACE} (name, step, detail) values (%s, %s, %s)"


def table_step(table: str) -> str:
    """Return the step of a table that is there, empty at first; its detail tells where it is cut."""
    return f"table {table}"


def piece_step(piece: Piece) -> str:
    """Return the step of a piece that is whole."""
    return f"piece {piece.number} {piece.table.name}"


def note_piece(target: Any, database: str, piece: Piece) -> None:
    """Note a piece in the open transaction of the session that brings its rows."""
    with target.cursor() as cursor:
        cursor.execute(NOTE, (database, piece_step(piece), ""))


class Steps:
    """Hold the notes of one database's copy. Safe to use from several threads."""

    def __init__(self, connection: Any, database: str) -> None:
        self._connection = connection
        self._database = database
        self._lock = threading.Lock()

    def done(self) -> dict[str, str]:
        """Return what was noted: step -> detail."""
        query = f"select step, detail from {PLACE} where name = %s"
        with self._lock:
            return {str(step): str(detail) for step, detail in rows(self._connection, query, self._database)}

    def note(self, step: str, detail: str = "") -> None:
        """Note that a step is done."""
        self._execute(NOTE, self._database, step, detail)

    def note_table(self, table: str, bounds: Sequence[int]) -> None:
        """Note that a table is there, and where it is cut."""
        self.note(table_step(table), json.dumps(list(bounds)))

    def forget(self) -> None:
        """Remove the notes: the copy is made anew, or is whole."""
        self._execute(f"delete from {PLACE} where name = %s", self._database)

    def forget_piece(self, piece: Piece) -> None:
        """Remove the note of a piece that is about to be emptied."""
        self._execute(f"delete from {PLACE} where name = %s and step = %s", self._database, piece_step(piece))

    def _execute(self, statement: str, *values: str) -> None:
        with self._lock, self._connection.cursor() as cursor:
            cursor.execute(statement, values)


@contextmanager
def open_steps(target: DatabaseAccess, database: str) -> Generator[Steps]:
    """Yield the notes of a database's copy."""
    make_notes(target)
    with session(target) as connection:
        with connection.cursor() as cursor:
            cursor.execute(MAKE)
        yield Steps(connection, database)
