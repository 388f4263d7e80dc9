"""Write followed changes into the destination: the rows and how far they reach, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.following_notes import FOLLOWED, read_note
from include.databases.mariadb.log_position import LogPosition
from include.databases.mariadb.row_changes import Statement
from include.databases.mariadb.session import connect, value
from include.databases.server_errors import remedy_for
from include.errors import CopyDivergedError, PermanentError, TemporaryError, shorten

# Zero and odd dates are written as they are, and 0 is no request for the next number.
SETTINGS = "set sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'"
MOST_STATEMENTS = 500
MOST_CHARACTERS = 512 * 1024
# A flag of each event with rows: the origin's session did not check foreign keys.
WITHOUT_FOREIGN_KEYS = 2
# Lost connections, locks, a server that shuts down.
TRANSIENT = frozenset({1040, 1053, 1205, 1213, 2003, 2006, 2013})


class FollowedWrites:
    """Collect statements and send many at once; nothing is there before `commit`, which notes the position, too.

    Foreign keys are checked where the origin checked them: a cascade stands in no log, the destination repeats it.
    """

    def __init__(self, destination: DatabaseAccess, database: str) -> None:
        from pymysql.constants import CLIENT

        self._place = f"database {database}, destination {destination.address}"
        self._database = database
        # Rows that already are as they should be count as found.
        self._connection = connect(destination, database, CLIENT.MULTI_STATEMENTS | CLIENT.FOUND_ROWS)
        self._ask(SETTINGS)
        self._longest = int(value(self._connection, "select @@max_allowed_packet")) - 1024
        self._waiting: list[Statement] = []
        self._size = 0
        self._checks_keys = True
        self.position = self._noted()
        self.began: float | None = None
        self.rows = 0

    def close(self) -> None:
        """End the session; what was not committed is undone."""
        self._connection.close()

    @property
    def seconds(self) -> float:
        """Return how old the open transaction is."""
        return time.monotonic() - self.began if self.began is not None else 0.0

    def add(self, statements: Sequence[Statement], flags: int) -> None:
        """Take statements into the transaction, which begins with the first."""
        if self.began is None:
            self._begin()
        self._check_keys(not flags & WITHOUT_FOREIGN_KEYS)
        for statement in statements:
            self._take(statement)

    def commit(self, position: LogPosition, moment: int) -> None:
        """End the transaction, and note with it that everything before a position is there."""
        if self.began is None:
            self._begin()
        self._send()
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"update {FOLLOWED} set position = %s, moment = greatest(moment, %s) where name = %s",
                (str(position), moment, self._database),
            )
        self._connection.commit()
        self.position, self.began, self.rows = str(position), None, 0

    def _noted(self) -> str:
        note = read_note(self._connection, self._database)
        if note is None:
            raise PermanentError(
                f"{self._place}: is not followed; copy it, and begin from the copy's position"
            )
        return note.position

    def _begin(self) -> None:
        """Begin, and make sure that nobody else has moved on meanwhile: two tries never apply the same change."""
        self._connection.begin()
        note = read_note(self._connection, self._database, locked=True)
        if note is None or note.position != self.position:
            raise TemporaryError(
                f"{self._place}: another try follows into it and has moved on to "
                f"{note.position if note else 'its end'}; wait for it, or end its session there"
            )
        self.began = time.monotonic()

    def _check_keys(self, wanted: bool) -> None:
        if wanted != self._checks_keys:
            self._take(Statement(f"set foreign_key_checks = {int(wanted)}", 0))
            self._checks_keys = wanted

    def _take(self, statement: Statement) -> None:
        if len(statement.sql) > self._longest:
            raise PermanentError(
                f"{self._place}: a change needs a statement of {len(statement.sql)} bytes, and the server takes "
                f"{self._longest}: {_head(statement)}; set max_allowed_packet to twice the largest value"
            )
        if self._size + len(statement.sql) > min(MOST_CHARACTERS, self._longest):
            self._send()
        self._waiting.append(statement)
        self._size += len(statement.sql) + 1
        self.rows += statement.rows
        if len(self._waiting) >= MOST_STATEMENTS:
            self._send()

    def _send(self) -> None:
        """Send what is waiting in one go, and compare how many rows each statement found."""
        statements, self._waiting, self._size = self._waiting, [], 0
        if not statements:
            return
        found = self._ask(";".join(statement.sql for statement in statements))
        for number, statement in enumerate(statements):
            if number:
                found = self._next(statement)
            if found != statement.rows:
                raise self._diverged(statement, f"found {found} rows instead of {statement.rows}")

    def _ask(self, sql: str) -> Any:
        return self._explained(lambda: self._connection.query(sql), sql)

    def _next(self, statement: Statement) -> Any:
        return self._explained(self._connection.next_result, statement.sql)

    def _explained(self, act: Any, sql: str) -> Any:
        import pymysql

        try:
            return act()
        except pymysql.MySQLError as error:
            number = error.args[0] if error.args else 0
            if number in TRANSIENT or not isinstance(error, pymysql.err.DatabaseError):
                raise TemporaryError(
                    f"{self._place}: {shorten(str(error))}; the task goes on from what was applied"
                ) from error
            if remedy_for(number, str(error)):
                # A disk that is full or a right that is gone says nothing about the rows.
                raise
            raise self._diverged(Statement(sql, 0), f"was refused (MariaDB's error {number})") from error

    def _diverged(self, statement: Statement, what: str) -> CopyDivergedError:
        """Return the error of a change that does not fit."""
        return CopyDivergedError(
            f"{self._place}: {_head(statement)} {what}, so the destination is not as the origin was; let nobody else write "
            "into it, and copy the database anew"
        )


def _head(statement: Statement) -> str:
    """Return what a statement does to which table; values of rows are nobody's business."""
    return " ".join(statement.sql.split(None, 3)[:3])
