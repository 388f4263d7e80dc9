"""Fence a PostgreSQL database: sessions are read-only unless they ask for more, as this program's do.

Its owner may set that, without being a superuser, and it reaches no other database of the server.
https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-DEFAULT-TRANSACTION-READ-ONLY
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql.session import APPLICATION, Connection, rows, session, value
from include.planning.database_client import open_database

SECONDS_TO_END = 2.0
POLL_SECONDS = 0.02
# A session that has begun before is told of by its server only when it is through with its beginning.
SECONDS_TO_BEGIN = 0.05
MAY = "select pg_has_role(datdba, 'usage') from pg_database where datname = %s"
SETTING = """select split_part(one, '=', 2) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase,
    unnest(s.setconfig) one where d.datname = %s and s.setrole = 0 and one like 'default_transaction_read_only=%%'"""
# What is set for a role wins over what is set for a database.
ROLES = """select distinct r.rolname from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
    left join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) one where (d.datname = %s or s.setdatabase = 0)
    and one like 'default_transaction_read_only=%%' and not split_part(one, '=', 2)::bool and r.rolcanlogin order by 1"""
OLD = """select pid, concat(usename, ' from ' || client_addr) from pg_stat_activity where datname = %s and usename is not null
    and pid <> pg_backend_pid() and coalesce(backend_type, 'client backend') = 'client backend'
    and application_name is distinct from %s and coalesce(backend_start <= %s, true) order by pid"""
# Touches nothing that is there, and is refused like any other writing.
ATTEMPT = "create temporary table cce_migration_attempt (id int)"
Session = tuple[Any, ...]


@dataclass(frozen=True)
class PostgresqlFence:
    """Fence one database."""

    access: DatabaseAccess
    database: str

    @property
    def place(self) -> str:
        """Name the database and its server."""
        return f"PostgreSQL database {self.database} on {self.access.address}"

    @property
    def by_hand(self) -> str:
        """Return the statement that takes it away."""
        return f'ALTER DATABASE "{self.database}" RESET default_transaction_read_only'

    def obstacle(self) -> str:
        """Look for the right to set the database."""
        with session(self.access) as connection:
            may = value(connection, MAY, self.database)
        return "" if may else f"{self.access.user} is no member of the role that owns the database"

    def setting(self) -> str:
        """Return what is set for the database; nothing where nothing is."""
        with session(self.access) as connection:
            return str(value(connection, SETTING, self.database) or "")

    def stands(self, setting: str) -> bool:
        """Say whether sessions are read-only by it."""
        return setting == "on"

    def shut(self) -> list[str]:
        """Make new sessions read-only, and end those that are open."""
        return self._set("on")

    def gaps(self) -> list[str]:
        """Write as a plain session would, and name roles with a setting of their own."""
        plain = ["a plain session"] if self._takes_writes() else []
        with session(self.access) as connection:
            roles = [str(name) for (name,) in rows(connection, ROLES, self.database)]
        return [*plain, *(f"role {name}, which has a setting of its own" for name in roles)]

    def open(self, setting: str) -> None:
        """Set the database as it was; open sessions are ended, for they would stay read-only."""
        self._set(setting)

    def _set(self, setting: str) -> list[str]:
        name = sql.Identifier(self.database)
        change = sql.SQL("set default_transaction_read_only = {}").format(sql.Literal(setting))
        reset = sql.SQL("reset default_transaction_read_only")
        with session(self.access) as connection:
            connection.execute(sql.SQL("alter database {} ").format(name) + (change if setting else reset))
            return [f"session {pid} of {who}" for pid, who in self._end_sessions(connection)]

    def _end_sessions(self, connection: Connection) -> list[Session]:
        """End the sessions that know the former setting; return those that do not end."""
        moment = value(connection, "select clock_timestamp()")
        begun = time.monotonic()
        while True:
            left = rows(connection, OLD, self.database, APPLICATION, moment)
            waited = time.monotonic() - begun
            if waited > (SECONDS_TO_END if left else SECONDS_TO_BEGIN):
                return left
            for pid, _ in left:
                # Those of a superuser are not this login's to end.
                with suppress(psycopg.errors.InsufficientPrivilege):
                    connection.execute("select pg_terminate_backend(%s)", (pid,))
            time.sleep(POLL_SECONDS)

    def _takes_writes(self) -> bool:
        try:
            with open_database(self.access, self.database) as cursor:
                cursor.execute(ATTEMPT)
        except psycopg.errors.ReadOnlySqlTransaction:
            return False
        return True
