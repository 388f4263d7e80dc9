"""Turn what database drivers and programs raise into this project's errors, which name the database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import EngineError, PermanentError, TemporaryError, shorten

if TYPE_CHECKING:
    from include.databases.jobs import DatabaseJob

RIGHTS = "give the connection's user the right to it"
ROOM = "enlarge the disk that is full, the target's in all likelihood, then clear the task: it goes on from what was copied whole"
WRITABLE = "RDS takes no writes when its disk is nearly full: enlarge it, or end its read-only mode, then clear the task"
# PostgreSQL's SQLSTATEs and MariaDB's numbers of what no later try can change.
REMEDIES: dict[str | int, str] = {
    # missing rights, unknown or unavailable features, wrong syntax
    **dict.fromkeys(("42501", "0A000", "42601", "42704"), RIGHTS),
    **dict.fromkeys((1044, 1045, 1064, 1142, 1227, 1370, 1698), RIGHTS),
    # no space left, a table that cannot grow
    **dict.fromkeys(("53100", 1021, 1114), ROOM),
    # a server, or a session, that is read-only
    **dict.fromkeys(("25006", 1290, 1836), WRITABLE),
}
# How servers and their programs say that a disk is full; several of MariaDB's numbers say so by their text alone.
FULL = ("No space left on device", "ERROR 1021 ", "ERROR 1114 ")


@contextmanager
def server_errors(job: DatabaseJob) -> Generator[None]:
    """Raise a permanent or a temporary error for a driver's, without its line of the statement.

    :raises PermanentError: when the server would refuse the same statement again.
    :raises TemporaryError: for anything else: a lost connection, a lock, a definition that is being changed.
    """
    import psycopg
    import pymysql

    try:
        yield
    except psycopg.Error as error:
        text = error.diag.message_primary or str(error)
        raise _error(job, text, remedy_for(error.sqlstate, text)) from error
    except pymysql.MySQLError as error:
        number = error.args[0] if error.args else 0
        text = "wrong syntax" if number == 1064 else str(error)
        raise _error(job, text, remedy_for(number, text)) from error
    except EngineError as error:
        full = next((line for line in error.last_lines if _tells_full(line)), None)
        if full is None:
            raise
        raise _error(job, full, ROOM) from error


def remedy_for(code: str | int | None, text: str) -> str | None:
    """Return what to do about what a server says no later try can change, or None.

    :param code: PostgreSQL's SQLSTATE or MariaDB's number.
    """
    return REMEDIES.get(code or "") or (ROOM if _tells_full(text) else None)


def _tells_full(text: str) -> bool:
    return any(words in text for words in FULL)


def _error(job: DatabaseJob, text: str, remedy: str | None) -> PermanentError | TemporaryError:
    place = f"{job.label}, from {job.engine.source.address} to {job.engine.target.address}"
    if remedy:
        return PermanentError(f"{place}: the server refuses it: {shorten(text)}; {remedy}")
    return TemporaryError(
        f"{place}: {shorten(text)}; the task retries, and goes on from what was copied whole"
    )
