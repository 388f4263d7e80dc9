"""Read a source database as it was at one moment, from several sessions at once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import psycopg
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.fingerprint import Fingerprint
from include.databases.postgresql.fingerprints import fingerprint
from include.databases.postgresql.session import Connection, connect, rows, value


@dataclass(frozen=True)
class PostgresqlSnapshot:
    """Hold an exported snapshot open: `id` is what pg_dump and other sessions join by."""

    access: DatabaseAccess
    database: str
    id: str
    connection: Connection
    roles: Callable[[], dict[str, str]]

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the snapshot's moment; sequences and roles are read at the first call."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> Fingerprint:
        return fingerprint(self.join, self.roles())

    def position(self) -> str:
        """Return where the log is, and which transactions before are in the snapshot: more may have been committed since."""
        end, seen = rows(
            self.connection, "select pg_current_wal_insert_lsn()::text, pg_current_snapshot()::text"
        )[0]
        return f"{end}@{seen}"

    def join(self) -> Connection:
        """Return a new session that sees the snapshot."""
        connection = _transaction(self.access, self.database)
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(self.id)))
        return connection


@contextmanager
def open_snapshot(
    access: DatabaseAccess, database: str, roles: Callable[[], dict[str, str]]
) -> Generator[PostgresqlSnapshot]:
    """Yield a snapshot; it ends with the session that holds it."""
    connection = _transaction(access, database)
    try:
        name = str(value(connection, "select pg_export_snapshot()"))
        yield PostgresqlSnapshot(access, database, name, connection, roles)
    finally:
        connection.close()


def _transaction(access: DatabaseAccess, database: str) -> Connection:
    connection = connect(access, database, autocommit=False)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection
