"""Check one value of a migrated database."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from include.connections.access import DatabaseAccess, Side
from include.engines import mask
from include.errors import shorten
from include.planning.database_client import open_database
from include.verification.checks.probe import AS_SOURCE, NoAnswerError, compact

if TYPE_CHECKING:
    from include.definition import SqlCheck
    from include.run import MigrationRun

SHOWN_ERROR = 160
# What makes a login unable to write, and what ends a query that takes too long.
SETTINGS = {
    "postgresql": ("set default_transaction_read_only = on", "set statement_timeout = {milliseconds}"),
    "mariadb": ("set session transaction read only", "set session max_statement_time = {seconds}"),
}


class SqlProbe:
    """Ask a query of a database's two servers, each by one login that is kept."""

    def __init__(self, run: MigrationRun, check: SqlCheck) -> None:
        self._run = run
        self._check = check
        self._database = next(row for row in run.definition.databases if row.name == check.database)
        self._logins: dict[Side, tuple[ExitStack, Any]] = {}

    @property
    def sides(self) -> frozenset[Side]:
        """Return both: the query cannot write."""
        return frozenset({"source", "target"})

    def ask(self, side: Side) -> Any:
        """Return the value as a definition would write it."""
        access = self._access(side)
        try:
            cursor = self._cursor(side, access)
            cursor.execute(self._check.query)
            row = cursor.fetchone()
        except Exception as error:  # each driver has an exception tree of its own
            self._forget(side)
            text = shorten(mask(str(error), [access.password]), SHOWN_ERROR)
            raise NoAnswerError(f"{type(error).__name__}: {text}") from error
        return compact(sql_text(row[0])) if row else "no row"

    def expected(self, source: Any) -> Any:
        """Return the definition's value, or the source's."""
        if self._check.same_as_source:
            return AS_SOURCE if source is None else source
        return compact(self._check.expect)

    def close(self) -> None:
        """Log out."""
        for side in list(self._logins):
            self._forget(side)

    def _access(self, side: Side) -> DatabaseAccess:
        if side == "target":
            return self._run.connections.target_database(self._database)
        return self._run.connections.database(self._database.source, self._database.engine)

    def _cursor(self, side: Side, access: DatabaseAccess) -> Any:
        if side not in self._logins:
            login = ExitStack()
            cursor = login.enter_context(open_database(access, self._database.database))
            self._logins[side] = (login, cursor)
            seconds = self._check.timeout_seconds
            for statement in SETTINGS[access.engine]:
                cursor.execute(statement.format(seconds=seconds, milliseconds=round(seconds * 1000)))
        return self._logins[side][1]

    def _forget(self, side: Side) -> None:
        if side in self._logins:
            self._logins.pop(side)[0].close()


def sql_text(value: Any) -> str:
    """Return a value as a definition would write it: true and false, null, plain numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode() if isinstance(value, bytes) else str(value)
