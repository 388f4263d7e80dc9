"""Read a source database as it was at one moment, from several sessions at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from include.connections import DatabaseAccess
from include.databases.fingerprint import Fingerprint
from include.databases.mariadb.definers import Definers
from include.databases.mariadb.fingerprints import TABLES, fingerprint
from include.databases.mariadb.log_position import LogPosition, present_position
from include.databases.mariadb.session import quoted, rows, session
from include.errors import PermanentError, TemporaryError, shorten

logger = logging.getLogger(__name__)

# A source that still serves its customers would feel more.
SESSIONS = 4
LOCK_SECONDS = 3
LONGEST_LOCK_SECONDS = 60
ATTEMPTS = 5
GLOBAL = "flush tables with read lock"
# What a login without the right to lock is told.
REFUSED = frozenset({1044, 1142, 1227})
SEEN = "show status like 'binlog_snapshot%'"


@dataclass(frozen=True)
class MariadbSnapshot:
    """Hold transactions open that each see the database as it was when they began.

    :param definers: tells whose the code was that runs as another here.
    :param log_position: of the source's binary log at that one moment, from which changes can be followed; empty when the
        log cannot be asked.
    """

    sessions: Sequence[Any]
    database: str
    users: Callable[[], dict[str, str]]
    definers: Callable[[], Definers]
    log_position: str = ""

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint; counters, definitions and accounts are read now."""
        return fingerprint(self.sessions, self.database, self.users(), self.definers())

    def position(self) -> str:
        """Return where the source's log was at the moment that all sessions see."""
        return self.log_position


@contextmanager
def open_snapshot(
    access: DatabaseAccess,
    database: str,
    users: Callable[[], dict[str, str]],
    definers: Callable[[], Definers],
) -> Generator[MariadbSnapshot]:
    """Yield sessions that see the same moment, and know where the source's log was then.

    MariaDB cannot hand a snapshot from one session to another. So the database's tables are locked against writes while all of
    them begin: writers wait for that long, some tenths of a second. Where the login may lock nothing, sessions are begun until
    all see the same place of the log; where that never happens either, one session reads everything.

    :raises TemporaryError: when long transactions hold the tables.
    """
    with ExitStack() as stack:
        sessions, position = _begin_under_lock(stack, access, database) or _begin_without_lock(
            stack, access, database
        )
        yield MariadbSnapshot(sessions, database, users, definers, position)


def _begin_under_lock(
    stack: ExitStack, access: DatabaseAccess, database: str
) -> tuple[list[Any], str] | None:
    with session(access, database) as locking:
        if not (
            _lock(locking, database, _tables_lock(locking, database)) or _lock(locking, database, GLOBAL)
        ):
            return None
        sessions = _begin(stack, access, database)
        # Fails if the lock is gone by now.
        rows(locking, "select 1")
        return sessions, _log_position(locking)


def _begin_without_lock(stack: ExitStack, access: DatabaseAccess, database: str) -> tuple[list[Any], str]:
    sessions = _begin(stack, access, database)
    for _ in range(ATTEMPTS):
        seen = {_seen_position(connection) for connection in sessions}
        if len(seen) == 1 and "" not in seen:
            return sessions, seen.pop()
        _start_transactions(sessions)
    logger.warning(
        "The source's login may not lock tables of %s (LOCK TABLES or RELOAD), and its writers do not rest: one stream reads "
        "everything, which takes longer",
        database,
    )
    return sessions[:1], _seen_position(sessions[0])


def _seen_position(connection: Any) -> str:
    """Return the place of the log that a snapshot sees; empty where no log is written."""
    found = dict(rows(connection, SEEN))
    file, offset = found.get("Binlog_snapshot_file", ""), found.get("Binlog_snapshot_position", 0)
    server = rows(connection, "select @@server_id")[0][0]
    return str(LogPosition(int(server), str(file), int(offset))) if file else ""


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
    _start_transactions(sessions)
    return sessions


def _start_transactions(sessions: Sequence[Any]) -> None:
    for connection in sessions:
        with connection.cursor() as cursor:
            cursor.execute("set session transaction isolation level repeatable read")
            cursor.execute("start transaction with consistent snapshot")


def _tables_lock(connection: Any, database: str) -> str:
    places = [
        f"{quoted(database)}.{quoted(str(table))} read" for (table,) in rows(connection, TABLES, database)
    ]
    return f"lock tables {', '.join(places)}" if places else "do 0"


def _lock(connection: Any, database: str, statement: str) -> bool:
    """Lock tables; say whether the login may. A lock that long transactions hold up is given up after three seconds and tried again."""
    import pymysql

    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connection.cursor() as cursor:
                # A source whose reader is gone without a word takes no writes for that long.
                cursor.execute(
                    f"set lock_wait_timeout = {LOCK_SECONDS}, wait_timeout = {LONGEST_LOCK_SECONDS}"
                )
                cursor.execute(statement)
        except pymysql.err.OperationalError as error:
            if error.args[0] in REFUSED:
                return False
            if attempt == ATTEMPTS:
                raise TemporaryError(
                    f"database {database}, source: long transactions hold its tables ({shorten(str(error))}); "
                    "wait for them or end them"
                ) from error
            logger.info("Tables of %s are held by long transactions; trying again", database)
            time.sleep(attempt)
        else:
            return True
    return False
