"""Copy a database: bare tables, their rows in parallel streams, then indexes, foreign keys and code.

A copy that was killed goes on. What is noted as copied is compared with the new snapshot, and copied again where it differs.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from include.connections import DatabaseAccess
from include.databases.copy_progress import CopyProgress
from include.databases.fingerprint import Fingerprint, hash_of
from include.databases.mariadb.dump import copy_code, copy_triggers
from include.databases.mariadb.filling import Filler
from include.databases.mariadb.fingerprints import definitions, piece_marks
from include.databases.mariadb.left_sessions import end_left_sessions
from include.databases.mariadb.pieces import PIECE_BYTES, Piece, bounds_of, cut
from include.databases.mariadb.session import session
from include.databases.mariadb.snapshot import MariadbSnapshot
from include.databases.mariadb.steps import SCHEMA, Steps, open_steps, piece_step, table_step
from include.databases.mariadb.table_making import TableMaker, make_sequences
from include.databases.mariadb.tables import Table, list_tables, range_of_key
from include.progress import Record

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """Say what is to be copied.

    :param filled: those pieces of which other rows are on the target.
    """

    pieces: list[Piece]
    filled: list[Piece]

    def tables(self) -> list[Table]:
        """Return the tables, each as large as what is to be copied of it."""
        sizes: dict[Table, int] = {}
        for piece in self.pieces:
            sizes[piece.table] = sizes.get(piece.table, 0) + piece.bytes
        return [replace(table, size=size) for table, size in sizes.items()]


@dataclass
class WholeCopy:
    """Copy a snapshot into the target.

    :param definers: `kind name` -> as whom it is to run, where that is another than on the source.
    :param record: takes how far the copy is, every second.
    """

    source: DatabaseAccess
    target: DatabaseAccess
    database: str
    snapshot: MariadbSnapshot
    definers: Mapping[str, str]
    record: Record | None = None
    piece_bytes: ClassVar[int] = PIECE_BYTES

    def run(self, make_database: Callable[[], None]) -> Fingerprint:
        """Copy everything, and return the fingerprint of the snapshot.

        :param make_database: makes the target database anew, empty.
        """
        end_left_sessions(self.target, self.database)
        tables = list_tables(self._reader, self.database)
        with open_steps(self.target, self.database) as steps:
            if not self._goes_on(steps):
                steps.forget()
                make_database()
                make_sequences(self._reader, self.target, self.database)
                steps.note(SCHEMA, self._schema())
            maker = TableMaker(self._reader, self.target, self.database, tables)
            work = self._work(steps, maker, tables)
            with CopyProgress(work.tables(), self.record) as progress:
                self._fill(steps, work, progress)
                found = self._finish(maker, progress)
            steps.forget()
        return found

    def run_changed(self, changed: Sequence[str]) -> None:
        """Copy some tables anew; the others, and all definitions, are on the target as they are in the snapshot.

        A copy that is killed here is gone on with by `run`.
        """
        end_left_sessions(self.target, self.database)
        tables = list_tables(self._reader, self.database)
        chosen = [table for table in tables if table.name in changed]
        with open_steps(self.target, self.database) as steps:
            steps.forget()
            for table in tables:
                if table.name not in changed:
                    steps.note_table(table.name, [])
                    steps.note(piece_step(cut(table, [])[0]))
            steps.note(SCHEMA, self._schema())
            maker = TableMaker(self._reader, self.target, self.database, chosen)
            work = self._work(steps, maker, chosen)
            with CopyProgress(work.tables(), self.record) as progress:
                self._fill(steps, work, progress)
                maker.add_keys()
                names = [table.name for table in chosen]
                copy_triggers(self.source, self.target, self.database, names, self.definers)
            steps.forget()

    @property
    def _reader(self) -> Any:
        return self.snapshot.sessions[0]

    def _schema(self) -> str:
        """Return what has to be so for a copy to go on: the same definitions of the same source."""
        return hash_of([self.source.address, definitions(self._reader, self.database)])

    def _goes_on(self, steps: Steps) -> bool:
        """Say whether what is noted is there, made from the same definitions."""
        noted = steps.done()
        with session(self.target) as target:
            there = {table_step(table.name) for table in list_tables(target, self.database)}
        tables = {step for step in noted if step.startswith(table_step(""))}
        return noted.get(SCHEMA) == self._schema() and tables <= there

    def _work(self, steps: Steps, maker: TableMaker, tables: Sequence[Table]) -> Work:
        """Make the tables that are not there, and say which pieces are missing."""
        noted = steps.done()
        known = [
            piece
            for table in tables
            if table_step(table.name) in noted
            for piece in cut(table, json.loads(noted[table_step(table.name)]))
        ]
        stale = self._stale([piece for piece in known if piece_step(piece) in noted])
        missing = [piece for piece in known if piece_step(piece) not in noted]
        with closing(maker.target()) as target:
            for name in {piece.table.name for piece in [*stale, *missing]}:
                maker.drop_triggers(target, name)
            for table in tables:
                if table_step(table.name) not in noted:
                    missing += self._made(steps, maker, target, table)
        return Work([*stale, *missing], stale)

    def _made(self, steps: Steps, maker: TableMaker, target: Any, table: Table) -> list[Piece]:
        bounds = bounds_of(table, range_of_key(self._reader, self.database, table), self.piece_bytes)
        maker.make(target, table.name)
        steps.note_table(table.name, bounds)
        return cut(table, bounds)

    def _stale(self, pieces: list[Piece]) -> list[Piece]:
        """Return the pieces that were copied from a former snapshot, and have changed since."""
        if not pieces:
            return []
        source = piece_marks(self.snapshot.sessions, self.database, pieces)
        with ExitStack() as stack:
            sessions = [stack.enter_context(session(self.target)) for _ in self.snapshot.sessions]
            target = piece_marks(sessions, self.database, pieces)
        stale = [piece for piece in pieces if source[piece] != target[piece]]
        logger.info("%s of %s pieces of a former try are as they were", len(pieces) - len(stale), len(pieces))
        return stale

    def _fill(self, steps: Steps, work: Work, progress: CopyProgress) -> None:
        filler = Filler(self.snapshot.sessions, self.target, self.database, steps, progress, work.filled)
        filler.fill(work.pieces)
        progress.go_on_to("indexes and constraints")

    def _finish(self, maker: TableMaker, progress: CopyProgress) -> Fingerprint:
        # The source has nothing else to do meanwhile: it computes what the target will be compared with.
        with ThreadPoolExecutor(1) as pool:
            taken = pool.submit(self.snapshot.fingerprint)
            maker.add_keys()
            progress.go_on_to("views, routines, triggers and events")
            copy_code(self.source, self.target, self.database, self.definers)
            return taken.result()
