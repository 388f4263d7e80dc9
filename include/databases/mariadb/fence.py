"""Fence a MariaDB server: it is read-only for everybody without a right that only administrators have.

The setting is the server's, not a database's, and lasts until the server is started again.
https://mariadb.com/docs/server/server-management/variables-and-modes/server-system-variables#read_only
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.session import rows, session, value
from include.databases.mariadb.users import SYSTEM_USERS
from include.planning.database_client import open_database
from include.planning.server_notes import NOTES

# A statement that runs for long would have the setting wait, and the customers with it.
LOCK_SECONDS = 2
READ_ONLY = 1290
VISITOR = "cce_migration_visitor"
# Before, the right is a part of SUPER: https://mariadb.com/kb/en/grant/#read_only-admin
OF_ITS_OWN_SINCE = (10, 11)
RIGHTS = """select trim(both '''' from substring_index(grantee, '@', 1)), privilege_type
    from information_schema.user_privileges where privilege_type in ('SUPER', 'READ_ONLY ADMIN')"""
MY_RIGHTS = RIGHTS + """ and grantee = concat('''', replace(current_user(), '@', '''@'''), '''')"""
SCHEMAS = """select schema_name from information_schema.schemata where schema_name not in
    ('information_schema', 'performance_schema', 'mysql', 'sys', 'test') order by 1"""


@dataclass(frozen=True)
class MariadbFence:
    """Fence a server, all of whose databases are migrated."""

    access: DatabaseAccess
    databases: frozenset[str]

    @property
    def place(self) -> str:
        """Name the server."""
        return f"MariaDB server {self.access.address}"

    @property
    def by_hand(self) -> str:
        """Return the statement that takes it away."""
        return "SET GLOBAL read_only = 0"

    def obstacle(self) -> str:
        """Look for the right, and for databases of others."""
        with session(self.access) as connection:
            if not _administrators(connection, MY_RIGHTS):
                return f"{self.access.user} has no right READ_ONLY ADMIN"
            others = {str(name) for (name,) in rows(connection, SCHEMAS)} - self.databases - {NOTES}
        named = ", ".join(sorted(others)[:5])
        return f"the server has other databases, which would take no writes either: {named}" if others else ""

    def setting(self) -> str:
        """Return whether the server is read-only."""
        with session(self.access) as connection:
            return str(value(connection, "select @@global.read_only"))

    def stands(self, setting: str) -> bool:
        """Say whether the server is read-only by it."""
        return setting not in {"0", "OFF"}

    def shut(self) -> list[str]:
        """Make the server read-only, at once for open sessions, too."""
        self._set("on")
        return []

    def gaps(self) -> list[str]:
        """Write as a login without rights over the server would, and name the accounts that have them."""
        visitor = ["a login without rights over the server"] if self._takes_writes() else []
        with session(self.access) as connection:
            names = _administrators(connection, RIGHTS) - SYSTEM_USERS - {self.access.user}
        return [*visitor, *(f"account {name}, which has the right READ_ONLY ADMIN" for name in sorted(names))]

    def open(self, setting: str) -> None:
        """Let the server take writes again."""
        self._set("on" if self.stands(setting) else "off")

    def _set(self, setting: str) -> None:
        with session(self.access) as connection, connection.cursor() as cursor:
            cursor.execute(f"set session lock_wait_timeout = {LOCK_SECONDS}")
            cursor.execute(f"set global read_only = {setting}")

    def _takes_writes(self) -> bool:
        import pymysql

        with self._visitor() as visitor, open_database(visitor) as cursor:
            try:
                cursor.execute(f"create database {VISITOR}")
                cursor.execute(f"drop database {VISITOR}")
            except pymysql.err.MySQLError as error:
                if error.args[0] == READ_ONLY:
                    return False
                raise
        return True

    @contextmanager
    def _visitor(self) -> Generator[DatabaseAccess]:
        """Make a login that may only make a database which nobody has, for as long as the block lasts."""
        password = secrets.token_hex(16)
        with session(self.access) as connection, connection.cursor() as cursor:
            # Who follows the server's log would take it for a change of definitions.
            with suppress(Exception):
                cursor.execute("set session sql_log_bin = 0")
            host = value(connection, "select substring_index(user(), '@', -1)")
            cursor.execute(f"create or replace user {VISITOR}@%s identified by %s", (host, password))
            try:
                cursor.execute(f"grant create, drop on {VISITOR}.* to {VISITOR}@%s", (host,))
                yield replace(self.access, user=VISITOR, password=password)
            finally:
                cursor.execute(f"drop user if exists {VISITOR}@%s", (host,))


def _administrators(connection: Any, query: str) -> set[str]:
    """Return the accounts that may write to a read-only server."""
    version = str(value(connection, "select version()")).partition("-")[0]
    is_own = tuple(int(part) for part in version.split(".")) >= OF_ITS_OWN_SINCE
    wanted = {"READ_ONLY ADMIN"} if is_own else {"READ_ONLY ADMIN", "SUPER"}
    return {str(name) for name, right in rows(connection, query) if right in wanted}
