"""Hold the connections of a follower open between its turns, and move changes from one server to the other."""

from __future__ import annotations

import time
from typing import Any

from include.connections import DatabaseAccess
from include.databases.following import Applied
from include.databases.mariadb.binary_cells import Bytes
from include.databases.mariadb.followed_tables import read_tables, sequence_names
from include.databases.mariadb.following_writes import FollowedWrites
from include.databases.mariadb.lag_watch import LagWatch
from include.databases.mariadb.log_position import LogPosition, position_of, present_position
from include.databases.mariadb.log_stream import End, Idle, LogStream, Rows
from include.databases.mariadb.row_changes import Kind, RowReader, Statement, statements
from include.databases.mariadb.session import connect, session
from include.errors import PermanentError

# A transaction of the destination takes in those of the origin for this long, or until it has so many rows.
SECONDS_A_COMMIT = 0.1
ROWS_A_COMMIT = 2000
KINDS: dict[str, Kind] = {
    "WriteRowsEvent": "insert",
    "UpdateRowsEvent": "update",
    "DeleteRowsEvent": "delete",
}


class FollowingSession:
    """Apply changes from where the destination's note says; once anything failed, a new session has to go on."""

    def __init__(
        self, origin: DatabaseAccess, destination: DatabaseAccess, database: str, watch: LagWatch
    ) -> None:
        self._database = database
        self._watch = watch
        self._writes = FollowedWrites(destination, database)
        self.position = position_of(self._writes.position)
        with session(destination) as connection:
            self._tables = read_tables(connection, database)
            self._sequences = sequence_names(connection, database)
        self._origin = connect(origin)
        self._refuse_other_log(origin)
        self._stream = LogStream(origin, database, self._tables, self.position)
        self._events = iter(self._stream)
        self._moment = 0

    def close(self) -> None:
        """End all connections; what was not committed is undone."""
        self._stream.close()
        self._origin.close()
        self._writes.close()

    def apply(self, until: LogPosition | None, seconds: float) -> Applied:
        """Apply changes until the position or, without one, the present end; stop between transactions only."""
        deadline = time.monotonic() + seconds
        transactions = total = here = 0
        # That the log had nothing more may have been said before this turn: the server is asked.
        until = until or self._watch.look(self._origin)
        is_complete = not self.position.is_before(until)
        while not is_complete:
            event = next(self._events)
            if isinstance(event, Rows):
                here += self._take(event)
                continue
            transactions, total, here = transactions + bool(here), total + here, 0
            self._move(event)
            is_complete = not self.position.is_before(until)
            if time.monotonic() > deadline:
                break
        self._commit()
        return Applied(transactions, total, str(self.position), is_complete)

    def _move(self, event: End | Idle) -> None:
        self.position = event.position
        if isinstance(event, End):
            self._moment = event.moment
        is_due = self._writes.seconds >= SECONDS_A_COMMIT or self._writes.rows >= ROWS_A_COMMIT
        if self._writes.began is not None and (is_due or isinstance(event, Idle)):
            self._commit()
        self._watch.look_if_due(self._origin)

    def _commit(self) -> None:
        if self._writes.began is not None or self._writes.position != str(self.position):
            self._writes.commit(self.position, self._moment)

    def _take(self, rows: Rows) -> int:
        event = rows.event
        if event.table in self._sequences:
            return 0
        found = self._statements(event)
        self._writes.add(found, event.flags)
        return sum(statement.rows for statement in found)

    def _statements(self, event: Any) -> list[Statement]:
        table = self._tables.get(event.table)
        if table is None:
            raise PermanentError(
                f"table {self._database}.{event.table}: stands in the origin's log and is not among the tables of the "
                "destination that can be followed; copy the database anew, or copy it by dump"
            )
        kind = KINDS[type(event).__name__]
        bitmaps = [event.columns_present_bitmap]
        if kind == "update":
            bitmaps.append(event.columns_present_bitmap2)
        reader = RowReader(self._database, table, event.columns)
        data = Bytes(event.packet.read(event.event_size - event.packet.read_bytes))
        return list(statements(self._database, table, kind, reader.changes(kind, data, bitmaps)))

    def _refuse_other_log(self, origin: DatabaseAccess) -> None:
        end = present_position(self._origin)
        if end.is_before(self.position):
            raise PermanentError(
                f"database {self._database}, binary log of {origin.address}: ends at {end}, before {self.position}; it was "
                "reset or restored, copy the database anew and follow from there"
            )
