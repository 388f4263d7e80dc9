"""Read a source database as it was at one moment, from several sessions at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from include.connections import DatabaseAccess
from include.databases.fingerprint import Fingerprint
from include.databases.mariadb.fingerprints import TABLES, fingerprint
from include.databases.mariadb.log_position import present_position
from include.databases.mariadb.session import quoted, rows, session
from include.errors import PermanentError, TemporaryError, shorten

Reader = TypeVar("Reader")
logger = logging.getLogger(__name__)

SESSIONS = 3
LOCK_SECONDS = 3
ATTEMPTS = 5


@dataclass(frozen=True)
class MariadbSnapshot:
    """Hold transactions open that each see the database as it was when they began.

    :param log_position: of the source's binary log at that one moment, from which changes can be followed; empty when the
        sessions began one after the other, or the log cannot be asked.
    """

    sessions: Sequence[Any]
    database: str
    users: Callable[[], dict[str, str]]
    log_position: str = ""

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint; counters, definitions and accounts are read now."""
        return fingerprint(self.sessions, self.database, self.users())

    def position(self) -> str:
        """Return where the source's log was at the moment that all sessions see."""
        return self.log_position


@contextmanager
def open_snapshot(
    access: DatabaseAccess, database: str, users: Callable[[], dict[str, str]]
) -> Generator[MariadbSnapshot]:
    """Yield sessions with a snapshot each."""
    with ExitStack() as stack:
        yield MariadbSnapshot(_begin(stack, access, database), database, users)


@contextmanager
def snapshot_of_one_moment(
    access: DatabaseAccess, database: str, users: Callable[[], dict[str, str]]
) -> Generator[MariadbSnapshot]:
    """Yield sessions that see the same moment, and know where the source's log was then."""
    with common_snapshot(access, database, users, lambda: None) as (snapshot, _):
        yield snapshot


@contextmanager
def common_snapshot(
    access: DatabaseAccess,
    database: str,
    users: Callable[[], dict[str, str]],
    start: Callable[[], Reader],
) -> Generator[tuple[MariadbSnapshot, Reader]]:
    """Yield sessions that see the same moment as the reader that `start` starts, and the reader.

    MariaDB cannot hand a snapshot from one session to another. So the database's tables are locked against writes
    while all of them begin: `start` returns as soon as its reader has begun. Writers wait for that long, some tenths
    of a second; a lock that other sessions hold up is given up after three seconds and tried again.
    """
    with ExitStack() as stack:
        with session(access, database) as locking:
            _lock_tables(locking, database)
            sessions = _begin(stack, access, database)
            reader = start()
            position = _log_position(locking)
        yield MariadbSnapshot(sessions, database, users, position), reader


def _log_position(locking: Any) -> str:
    """Return the end of the log: while the tables are locked, it holds every change of them that a session sees."""
    import pymysql

    try:
        return str(present_position(locking))
    except (PermanentError, pymysql.err.OperationalError) as error:
        # A dump needs no log, and not every administrator may ask for it.
        logger.debug("The source's log position is not known: %s", error)
        return ""


def _begin(stack: ExitStack, access: DatabaseAccess, database: str) -> list[Any]:
    sessions = [stack.enter_context(session(access, database)) for _ in range(SESSIONS)]
    for connection in sessions:
        with connection.cursor() as cursor:
            cursor.execute("set session transaction isolation level repeatable read")
            cursor.execute("start transaction with consistent snapshot")
    return sessions


def _lock_tables(connection: Any, database: str) -> None:
    import pymysql

    tables = [str(name) for (name,) in rows(connection, TABLES, database)]
    if not tables:
        return
    places = ", ".join(f"{quoted(database)}.{quoted(table)} read" for table in tables)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"set lock_wait_timeout = {LOCK_SECONDS}")
                cursor.execute(f"lock tables {places}")
        except pymysql.err.OperationalError as error:
            if attempt == ATTEMPTS:
                raise TemporaryError(
                    f"database {database}, source: long transactions hold its tables ({shorten(str(error))}); "
                    "wait for them or end them"
                ) from error
            logger.info("Tables of %s are held by long transactions; trying again", database)
            time.sleep(attempt)
        else:
            return
