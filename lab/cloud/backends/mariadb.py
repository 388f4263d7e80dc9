"""A MariaDB server behind RDS. Its administrator is RDS's `root`, who has no right that a managed server keeps."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql

from lab.cloud.backends.database_server import ExistsError, Grant, MissingError, Place

_OF_THE_SERVER = ("information_schema", "mysql", "performance_schema", "sys")
_READ = "select, show view"
_WRITE = (
    "select, insert, update, delete, create, drop, references, index, alter, create temporary tables, lock tables, "
    "execute, create view, show view, create routine, alter routine, event, trigger"
)
_EXISTS = {1007, 1396}
_MISSING = {1008, 1133, 1410}


class Mariadb:
    """A MariaDB server."""

    engine = "MariaDB"

    def __init__(self, place: Place) -> None:
        self.place = place

    @contextmanager
    def _cursor(self) -> Generator[pymysql.cursors.Cursor]:
        place = self.place
        session = pymysql.connect(
            host=place.address,
            port=place.port,
            user=place.user,
            password=place.password,
            connect_timeout=5,
            autocommit=True,
        )
        with session, session.cursor() as cursor:
            yield cursor

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def _do(
        self, statement: str, values: Sequence[object] = (), missing: frozenset[int] = frozenset()
    ) -> None:
        try:
            self._ask(statement, values)
        except pymysql.MySQLError as error:
            number = error.args[0]
            if number in _MISSING | missing:
                raise MissingError(str(error)) from None
            if number in _EXISTS:
                raise ExistsError(str(error)) from None
            raise

    def databases(self) -> list[dict[str, Any]]:
        """Return the databases but for the server's own."""
        query = "select schema_name, default_character_set_name from information_schema.schemata order by 1"
        return [
            {"name": name, "character_set": character_set}
            for name, character_set in self._ask(query)
            if name not in _OF_THE_SERVER
        ]

    def create_database(self, wanted: dict[str, Any]) -> None:
        """Make a database."""
        self._do(f"create database {_quoted(wanted['name'])} character set %s", [wanted["character_set"]])

    def drop_database(self, name: str) -> None:
        """Remove a database."""
        self._do(f"drop database {_quoted(name)}")

    def users(self) -> list[dict[str, Any]]:
        """Return the users but for the administrator, with the databases that they may use."""
        grants = self._ask(
            "select grantee, table_schema, privilege_type from information_schema.schema_privileges"
        )
        names = sorted(
            {grantee.split("'")[1] for (grantee,) in self._grantees()} - {self.place.user, "mariadb.sys"}
        )
        return [
            {"name": name, "databases": _databases_of(name, grants), "hosts": ["%"], "comment": ""}
            for name in names
        ]

    def _grantees(self) -> list[tuple[Any, ...]]:
        return self._ask("select distinct grantee from information_schema.user_privileges")

    def create_user(self, name: str, password: str) -> None:
        """Make a user who may come from anywhere."""
        self._do("create user %s@'%%' identified by %s", [name, password])

    def drop_user(self, name: str) -> None:
        """Remove a user."""
        self._do("drop user %s@'%%'", [name], missing=frozenset({1396}))

    def grant(self, wanted: Grant) -> None:
        """Give rights on a database."""
        if wanted.database not in {found["name"] for found in self.databases()}:
            raise MissingError(f"there is no database {wanted.database}")
        rights = _READ if wanted.readonly else _WRITE
        # in the name of a database, _ and % would stand for any text
        name = _quoted(wanted.database.replace("_", r"\_").replace("%", r"\%")).replace("%", "%%")
        self._do(f"grant {rights} on {name}.* to %s@'%%'", [wanted.user])


def _databases_of(user: str, grants: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rights: dict[str, set[str]] = {}
    for grantee, database, right in grants:
        if grantee.split("'")[1] == user:
            rights.setdefault(database.replace("\\", ""), set()).add(right)
    return [{"name": name, "readonly": "INSERT" not in found} for name, found in sorted(rights.items())]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
