"""Turn what database drivers raise into this project's errors, which name the database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import PermanentError, TemporaryError, shorten

if TYPE_CHECKING:
    from include.databases.jobs import DatabaseJob

# PostgreSQL: missing rights, unknown or unavailable features, wrong syntax. MariaDB: missing rights, wrong syntax.
HOPELESS_STATES = ("42501", "0A000", "42601", "42704")
HOPELESS_NUMBERS = frozenset({1044, 1045, 1064, 1142, 1227, 1370, 1698})


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
        state, text = error.sqlstate or "", error.diag.message_primary or str(error)
        raise _error(job, text, is_hopeless=state in HOPELESS_STATES) from error
    except pymysql.MySQLError as error:
        number = error.args[0] if error.args else 0
        text = "wrong syntax" if number == 1064 else str(error)
        raise _error(job, text, is_hopeless=number in HOPELESS_NUMBERS) from error


def _error(job: DatabaseJob, text: str, *, is_hopeless: bool) -> PermanentError | TemporaryError:
    place = f"{job.label}, from {job.engine.source.address} to {job.engine.target.address}"
    if is_hopeless:
        return PermanentError(
            f"{place}: the server refuses it: {shorten(text)}; give the connection's user the right to it"
        )
    return TemporaryError(
        f"{place}: {shorten(text)}; the task retries, and goes on from what was copied whole"
    )
