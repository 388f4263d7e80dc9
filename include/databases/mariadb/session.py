"""Open MariaDB sessions whose text output is the same on every server."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.errors import PermanentError, TemporaryError, shorten
from include.logins import is_login_refused
from include.silence import connect_mariadb

CONNECT_SECONDS = 10
# Some sessions wait for hours while others read: they hold a lock or a snapshot.
SETTINGS = (
    "set time_zone = '+00:00', sql_mode = '', max_statement_time = 0, net_write_timeout = 3600, "
    "wait_timeout = 604800, idle_transaction_timeout = 0"
)


def connect(access: DatabaseAccess, database: str | None = None, flags: int = 0) -> Any:
    """Return an open session in autocommit mode.

    :param flags: of the protocol, what the client asks for beyond the usual.
    :raises PermanentError: when the server refuses the login.
    :raises TemporaryError: when it does not answer.
    """
    import pymysql

    try:
        return connect_mariadb(
            host=access.host,
            port=access.port,
            user=access.user,
            password=access.password,
            database=database,
            charset="utf8mb4",
            connect_timeout=CONNECT_SECONDS,
            autocommit=True,
            init_command=SETTINGS,
            client_flag=flags,
        )
    except pymysql.err.OperationalError as error:
        kind = PermanentError if is_login_refused(error) else TemporaryError
        raise kind(
            f"MariaDB database {database or '(none)'} on {access.address}: {shorten(str(error))}; "
            "check address, login and the server's rules"
        ) from error


@contextmanager
def session(access: DatabaseAccess, database: str | None = None) -> Generator[Any]:
    """Yield a session, closed afterwards."""
    connection = connect(access, database)
    try:
        yield connection
    finally:
        connection.close()


def rows(connection: Any, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def value(connection: Any, query: str, *values: Any) -> Any:
    """Return the single value of a query, or None without a row."""
    found = rows(connection, query, *values)
    return found[0][0] if found else None


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever characters it has."""
    return f"`{name.replace('`', '``')}`"


def environment(access: DatabaseAccess) -> dict[str, str]:
    """Return what MariaDB's programs read: the password never stands among the arguments."""
    return {"MYSQL_PWD": access.password}


def arguments(access: DatabaseAccess) -> list[str]:
    """Return the arguments by which MariaDB's programs reach a server, without its password."""
    return [
        # The machine's own settings have no part in a migration.
        "--no-defaults",
        f"--host={access.host}",
        f"--port={access.port}",
        f"--user={access.user}",
        "--protocol=tcp",
        "--default-character-set=utf8mb4",
    ]
