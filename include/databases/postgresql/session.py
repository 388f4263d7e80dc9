"""Open PostgreSQL sessions whose text output is the same on every server."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from include.connections import DatabaseAccess
from include.errors import PermanentError, TemporaryError, shorten
from include.logins import is_login_refused
from include.silence import for_libpq

CONNECT_SECONDS = 10
MAINTENANCE_DATABASE = "postgres"
APPLICATION = "cce-migration"
# Hashes are made of text: whatever shapes text has to be the same on both sides, and names have to be whole.
SETTINGS = {
    "search_path": "",
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "3",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    # The server ends a session that is idle, and with it its locks, when its client is gone without a word. It has no limit for what
    # waits to be sent: a reader that is held up by the other side is no dead one.
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # What fences a source's database against other writers.
    "default_transaction_read_only": "off",
}
Connection = psycopg.Connection[tuple[Any, ...]]
Opener = Callable[[], Connection]


def connect(
    access: DatabaseAccess,
    database: str = MAINTENANCE_DATABASE,
    *,
    autocommit: bool = True,
    replication: str | None = None,
) -> Connection:
    """Return an open session.

    :param replication: `database` for one that takes commands of the replication protocol.
    :raises PermanentError: when the server refuses the login.
    :raises TemporaryError: when it does not answer.
    """
    try:
        return psycopg.connect(
            host=access.host,
            port=access.port,
            user=access.user,
            password=access.password,
            dbname=database,
            connect_timeout=CONNECT_SECONDS,
            **for_libpq(),
            application_name=APPLICATION,
            options=" ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
            autocommit=autocommit,
            replication=replication,
        )
    except psycopg.OperationalError as error:
        kind = PermanentError if is_login_refused(error) else TemporaryError
        raise kind(
            f"PostgreSQL database {database} on {access.address}: {shorten(str(error))}; "
            "check address, login and the server's rules"
        ) from error


@contextmanager
def session(access: DatabaseAccess, database: str = MAINTENANCE_DATABASE) -> Generator[Connection]:
    """Yield a session in autocommit mode, closed afterwards."""
    connection = connect(access, database)
    try:
        yield connection
    finally:
        connection.close()


def rows(connection: Connection, query: Any, *values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    return connection.execute(query, values or None).fetchall()


def value(connection: Connection, query: Any, *values: Any) -> Any:
    """Return the single value of a query, or None without a row."""
    row = connection.execute(query, values or None).fetchone()
    return row[0] if row else None


def is_superuser(connection: Connection) -> bool:
    """Say whether the session may do everything."""
    return bool(value(connection, "select rolsuper from pg_roles where rolname = current_user"))


def conninfo(database: str) -> str:
    """Return what names a database to libpq programs, with how their connection is watched; all else is in `environment`."""
    return make_conninfo(dbname=database, **for_libpq())


def environment(access: DatabaseAccess, database: str) -> dict[str, str]:
    """Return what libpq programs read: the password never stands among the arguments."""
    return {
        "PGHOST": access.host,
        "PGPORT": str(access.port),
        "PGUSER": access.user,
        "PGPASSWORD": access.password,
        "PGDATABASE": database,
        "PGCONNECT_TIMEOUT": str(CONNECT_SECONDS),
        "PGAPPNAME": APPLICATION,
    }
