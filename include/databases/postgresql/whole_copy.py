"""Copy a whole database: its definitions, its rows in parallel streams, then what is made of the rows.

A copy that was killed goes on. What is noted as copied is compared with the new snapshot, and copied again where it differs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.fingerprint import Differences, Fingerprint, differences, hash_of
from include.databases.postgresql.changes import MATERIALIZED, copy_changes
from include.databases.postgresql.definitions import definitions
from include.databases.postgresql.extension_tables import copy_extension_tables
from include.databases.postgresql.filling import STREAMS, Filler
from include.databases.postgresql.fingerprints import large_object_marks, table_marks
from include.databases.postgresql.large_objects import batches, copy_large_objects, ids_of
from include.databases.postgresql.left_sessions import end_left_sessions
from include.databases.postgresql.pairs import Pairs, open_pairs
from include.databases.postgresql.pieces import PIECE_BYTES, Table
from include.databases.postgresql.progress import CopyProgress
from include.databases.postgresql.schema import (
    Archive,
    archived,
    made_before,
    restore_after_rows,
    restore_before_rows,
)
from include.databases.postgresql.session import Connection, connect, is_superuser, rows, session, value
from include.databases.postgresql.snapshot import PostgresqlSnapshot
from include.databases.postgresql.steps import LARGE_OBJECTS, ROWS, SCHEMA, Steps, open_steps, table_step
from include.databases.postgresql.tables import list_tables
from include.engines import run_side_by_side
from include.progress import Record

logger = logging.getLogger(__name__)

NUMBER = "select oid::text from pg_database where datname = %s"


@dataclass
class WholeCopy:
    """Copy a snapshot into the target.

    :param record: takes how far the copy is, every second.
    """

    source: DatabaseAccess
    target: DatabaseAccess
    database: str
    snapshot: PostgresqlSnapshot
    record: Record | None = None
    piece_bytes: ClassVar[int] = PIECE_BYTES

    def run(self, make_database: Callable[[], None]) -> Fingerprint:
        """Copy everything, and return the fingerprint of the snapshot.

        :param make_database: makes the target database anew, empty.
        """
        end_left_sessions(self.target, self.database)
        tables = self._locked_tables()
        with (
            archived(self.source, self.target, self.database, self.snapshot.id) as archive,
            open_steps(self.target, self.database) as steps,
        ):
            if steps.done().get(SCHEMA) != self._schema():
                steps.forget()
                make_database()
                restore_before_rows(self.target, self.database, archive, as_superuser=self._is_superuser())
                steps.note(SCHEMA, self._schema())
                logger.info("Made the definitions of %s tables", len(tables))
            found = self._fill_and_finish(archive, steps, tables)
            steps.forget()
        return found

    def _locked_tables(self) -> list[Table]:
        """Return the source's tables; until the copy's end nobody can rewrite them, which would move rows between pieces."""
        tables = list_tables(self.snapshot.connection)
        if tables:
            names = ", ".join(f"only {table.name}" for table in tables)
            self.snapshot.connection.execute(sql.SQL(f"lock table {names} in access share mode"))
        return tables

    def _schema(self) -> str:
        """Return what has to be so for a copy to go on: the same definitions, into the database that was made for them."""
        with session(self.target) as connection:
            number = value(connection, NUMBER, self.database)
        return f"{number} {hash_of([self.source.address, definitions(self.snapshot.connection)])}"

    def _fill_and_finish(self, archive: Archive, steps: Steps, tables: list[Table]) -> Fingerprint:
        done = steps.done()
        stale = self._stale([table for table in tables if table_step(table.name) in done])
        if ROWS in done:
            self._copy_again(stale)
            missing = []
        else:
            missing = [table for table in tables if table_step(table.name) not in done or table.name in stale]
        with CopyProgress(missing, self.record) as progress:
            with self._pairs() as pairs:
                Filler(pairs, progress, partial(_note_table, steps), self.piece_bytes).fill(missing)
                self._copy_large_objects(pairs, is_known=LARGE_OBJECTS in done)
                with pairs.pair() as pair:
                    copy_extension_tables(pair)
            steps.note(LARGE_OBJECTS)
            steps.note(ROWS)
            progress.go_on_to("indexes and constraints")
            found = self._finish(archive)
            progress.go_on_to("sequences and statistics")
        return found

    def _stale(self, tables: list[Table]) -> list[str]:
        """Return the tables that were copied from a former snapshot, and have changed since."""
        if not tables:
            return []
        source = Fingerprint(tables=table_marks(self.snapshot.join, tables))
        target = Fingerprint(tables=table_marks(self._open_target, tables))
        stale = differences(source, target).tables
        logger.info("%s of %s tables of a former try are as they were", len(tables) - len(stale), len(tables))
        return stale

    def _copy_again(self, tables: list[str]) -> None:
        """Copy tables that may have keys and triggers already, all or none of them."""
        target = connect(self.target, self.database, autocommit=False)
        with closing(target), target.transaction():
            copy_changes(self.snapshot.connection, target, Fingerprint(), Differences(tables=tables))

    def _copy_large_objects(self, pairs: Pairs, *, is_known: bool) -> None:
        def copy(ids: list[str]) -> int:
            with pairs.pair() as pair, pair.target.transaction():
                return copy_large_objects(pair.source, pair.target, ids)

        with pairs.pair() as pair:
            marks = [
                large_object_marks(one) if is_known else ids_of(one) for one in (pair.source, pair.target)
            ]
        source, target = (Fingerprint(large_objects=found) for found in marks)
        chosen = differences(source, target).large_objects if is_known else {*marks[0], *marks[1]}
        run_side_by_side(copy, batches(sorted(chosen, key=int)), STREAMS, name="large-objects")

    def _finish(self, archive: Archive) -> Fingerprint:
        # The source has nothing else to do meanwhile: it computes what the target will be compared with.
        with ThreadPoolExecutor(1) as pool:
            taken = pool.submit(self.snapshot.fingerprint)
            with session(self.target, self.database) as target:
                made = made_before(self.snapshot.connection, target)
            restore_after_rows(self.target, self.database, archive, made, as_superuser=self._is_superuser())
            self._refresh_views()
            return taken.result()

    def _refresh_views(self) -> None:
        views = [str(name) for (name,) in rows(self.snapshot.connection, MATERIALIZED)]
        with session(self.target, self.database) as target:
            for view in views:
                # Names come from the server's own quoting.
                target.execute(sql.SQL(f"refresh materialized view {view}"))

    def _pairs(self) -> AbstractContextManager[Pairs]:
        return open_pairs(self.snapshot.join, self._open_target, STREAMS)

    def _open_target(self) -> Connection:
        return connect(self.target, self.database)

    def _is_superuser(self) -> bool:
        with session(self.target) as target:
            return is_superuser(target)


def _note_table(steps: Steps, name: str) -> None:
    steps.note(table_step(name))
