"""A database that is followed while something writes into it, as the tasks of a run do it."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from include.connections import DatabaseAccess
from include.databases import copy_database_delta, follow_databases, stop_following
from include.planning.database_client import one_value, open_database
from include.run import MigrationRun
from tests.builders.moves import KEY, SmallMove

SECONDS = 60
FIRST = 1_000_000


@dataclass
class Writer:
    """Insert rows, one a transaction, for as long as the block lasts; `written` are those that the server promised."""

    access: DatabaseAccess
    database: str
    first: int = FIRST
    written: list[int] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Generator[Writer]:
        stopped = threading.Event()
        thread = threading.Thread(target=self._write, args=(stopped,))
        thread.start()
        try:
            yield self
        finally:
            stopped.set()
            thread.join()

    def next_row(self) -> int:
        """Wait until one more row was promised, and return it."""
        seen, deadline = len(self.written), time.monotonic() + SECONDS
        while len(self.written) == seen:
            assert time.monotonic() < deadline, "the source takes no writes"
            time.sleep(0.05)
        return self.written[-1]

    def _write(self, stopped: threading.Event) -> None:
        number = self.first
        while not stopped.is_set():
            # A server that was killed is tried again; whether it had the last row is not known, and the row left out.
            with suppress(Exception), open_database(self.access, self.database) as cursor:
                while not stopped.wait(0.002):
                    number += 1
                    cursor.execute("insert into orders values (%s, 'written', 'meanwhile')", (number,))
                    self.written.append(number)


@dataclass(frozen=True)
class Followed:
    """A move whose database was copied and is followed."""

    move: SmallMove
    run: MigrationRun

    @property
    def source(self) -> DatabaseAccess:
        return self._access("source")

    @property
    def target(self) -> DatabaseAccess:
        return self._access("target")

    @contextmanager
    def following(self) -> Generator[Future[dict[str, int] | None]]:
        """Follow as the task does until the block ends."""
        with ThreadPoolExecutor(1) as pool:
            task = pool.submit(follow_databases, self.run)
            try:
                yield task
            finally:
                stop_following(self.run)

    def finish(self) -> int:
        """Make the last pass of a cutover, and prove the result; return how many whole tables had to be copied."""
        found = copy_database_delta(self.run, KEY)
        self.move.prove()
        return found["tables"]

    def wait_for(self, row: int, task: Future[dict[str, int] | None]) -> None:
        """Wait until a row has arrived."""
        deadline = time.monotonic() + SECONDS
        while not self.has(row):
            assert not task.done(), task.exception()
            assert time.monotonic() < deadline, f"row {row} has not arrived"
            time.sleep(0.1)

    def has(self, row: int) -> bool:
        with suppress(Exception):
            query = "select count(*) from orders where id = %s"
            return bool(one_value(self.target, query, row, database=self.move.name))  # type: ignore[arg-type]
        return False

    def count(self, access: DatabaseAccess, first: int = FIRST) -> int:
        """Return how many rows were written beyond those of the copy."""
        query = "select count(*) from orders where id > %s"
        return int(one_value(access, query, first, database=self.move.name))  # type: ignore[arg-type]

    def slots(self) -> int:
        """Return how many slots of the source keep changes of this database; its server is other tests', too."""
        query = "select count(*) from pg_replication_slots where database = %s"
        return int(one_value(self.source, query, self.move.name))  # type: ignore[arg-type]

    def _access(self, side: str) -> DatabaseAccess:
        return self.run.connections.database(self.move.sides[side], self.move.kind)  # type: ignore[arg-type]
