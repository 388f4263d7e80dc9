"""Read the changes of one database from a server's binary log, as a replica would."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.log_position import LogPosition
from include.databases.mariadb.log_statements import unfollowable
from include.errors import PermanentError, TemporaryError, shorten
from include.silence import connect_mariadb

# The server says so when there is nothing to send: by that a reader knows that it has everything.
HEARTBEAT_SECONDS = 0.05
SILENCE_SECONDS = 30
# The server's number for all that it has to refuse a replica.
LOG_IS_GONE = 1236
NO_RIGHT = frozenset({1044, 1045, 1227, 1698})
# GTID of a group that is a single statement.
STANDALONE = 1
# Events that a reader may leave out, by their flag or by their number.
IGNORABLE = 0x80
WITHOUT_CHANGES = frozenset({28, 34, 36, 41, 42})


@dataclass(frozen=True)
class Rows:
    """Pass on one event with rows, as the library gives it."""

    event: Any


@dataclass(frozen=True)
class End:
    """Say that a transaction is over; `moment` is when the origin wrote it, in seconds since 1970."""

    position: LogPosition
    moment: int


@dataclass(frozen=True)
class Idle:
    """Say that there is nothing more at the moment."""

    position: LogPosition


class LogStream:
    """Read a binary log from a position on, as a replica with a number of its own."""

    def __init__(
        self, access: DatabaseAccess, database: str, tables: Collection[str], position: LogPosition
    ) -> None:
        self._place = f"database {database}, binary log of {access.address}"
        self._access = access
        self._database = database
        self._tables = tables
        self._server = position.server
        self._position = position
        self._is_in_group = self._has_rows = False
        self._reader = self._open(position)

    def close(self) -> None:
        """End the connections."""
        self._reader.close()

    def __iter__(self) -> Iterator[Rows | End | Idle]:
        """Yield what happens, for ever.

        :raises PermanentError: when the log cannot be followed: it was removed, a definition changed, a right lacks.
        :raises TemporaryError: when the connection is lost.
        """
        import pymysql

        try:
            for event in self._reader:
                yield from self._judge(event)
        except pymysql.MySQLError as error:
            raise self._explained(error) from error
        raise TemporaryError(
            f"{self._place}: the server ended the stream; the task goes on from what was applied"
        )

    def _open(self, position: LogPosition) -> Any:
        from pymysqlreplication import BinLogStreamReader

        # It warns of names of columns that are not in the log, and these are not read from there.
        logging.getLogger("pymysqlreplication").setLevel(logging.ERROR)
        return BinLogStreamReader(
            connection_settings=self._settings(),
            # Two replicas of one number would throw each other out.
            server_id=secrets.randbelow(2**31) + 2**31 - 1,
            pymysql_wrapper=_connect_once(self._place),
            log_file=position.file,
            log_pos=position.offset,
            blocking=True,
            resume_stream=True,
            slave_heartbeat=HEARTBEAT_SECONDS,
            only_schemas=[self._database],
            only_events=_events(),
            filter_non_implemented_events=False,
            enable_logging=False,
        )

    def _settings(self) -> dict[str, Any]:
        access = self._access
        return {
            "host": access.host,
            "port": access.port,
            "user": access.user,
            "password": access.password,
            "charset": "utf8mb4",
            "connect_timeout": 10,
            "read_timeout": SILENCE_SECONDS,
        }

    def _judge(self, event: Any) -> Iterator[Rows | End | Idle]:
        from pymysqlreplication import event as events
        from pymysqlreplication.row_event import PartialUpdateRowsEvent, RowsEvent

        if isinstance(event, RowsEvent) and not isinstance(event, PartialUpdateRowsEvent):
            self._has_rows = True
            yield Rows(event)
        elif isinstance(event, events.XidEvent):
            yield self._end(event)
        elif isinstance(event, events.QueryEvent):
            yield from self._statement(event)
        elif isinstance(event, events.MariadbGtidEvent):
            self._is_in_group = not event.flags & STANDALONE
        elif isinstance(event, events.HeartbeatLogEvent):
            if not self._is_in_group:
                yield Idle(self._here())
        elif isinstance(event, events.ExecuteLoadQueryEvent):
            self._refuse("LOAD DATA", event.schema)
        elif isinstance(event, events.XAPrepareEvent) and not self._has_rows:
            yield self._end(event)
        else:
            self._refuse_unknown(event)

    def _statement(self, event: Any) -> Iterator[End]:
        words = event.query.upper().split()
        if words == ["ROLLBACK"] or words[:2] == ["ROLLBACK", "TO"]:
            self._refuse_rollback()
        if words == ["BEGIN"]:
            self._is_in_group = True
        elif words in (["COMMIT"], ["ROLLBACK"]):
            yield self._end(event)
        elif words[:1] != ["ROLLBACK"]:
            self._refuse(event.query, event.schema)
            if not self._is_in_group:
                yield self._end(event)

    def _end(self, event: Any) -> End:
        self._is_in_group = self._has_rows = False
        return End(self._here(), event.timestamp)

    def _here(self) -> LogPosition:
        here = LogPosition(self._server, self._reader.log_file, self._reader.log_pos)
        if here.is_before(self._position):
            # Offsets in the log have 32 bits: a file that one transaction made longer cannot be pointed into.
            raise PermanentError(
                f"{self._place}: positions start again in {here.file}, which has more than 4 GiB; "
                "copy the database anew and follow from there"
            )
        self._position = here
        return here

    def _refuse(self, text: str, schema: bytes) -> None:
        found = unfollowable(text, schema.decode("utf-8", "replace"), self._database, self._tables)
        if found is None:
            return
        if found.is_definition:
            raise PermanentError(
                f"{self._place}: holds {shorten(found.text)} after {self._position}; definitions cannot be followed. "
                "Leave them as they are until the cutover, and copy the database anew to take this change over"
            )
        raise PermanentError(
            f"{self._place}: holds {shorten(found.text)} after {self._position}, not the rows that it changed; let no "
            "session set binlog_format to anything but ROW, and copy the database anew"
        )

    def _refuse_rollback(self) -> None:
        if self._has_rows:
            raise PermanentError(
                f"{self._place}: holds a transaction after {self._position} that was rolled back in part, as happens "
                "to tables without transactions; make them InnoDB, and copy the database anew"
            )

    def _refuse_unknown(self, event: Any) -> None:
        if event.packet.flags & IGNORABLE or event.event_type in WITHOUT_CHANGES:
            return
        raise PermanentError(
            f"{self._place}: holds an event of type {event.event_type} after {self._position}, which cannot be read: "
            "compressed (log_bin_compress), of an XA transaction, or of a newer server; turn that off "
            "and copy the database anew"
        )

    def _explained(self, error: Exception) -> PermanentError | TemporaryError:
        number = error.args[0] if error.args else 0
        text = f"{self._place}: {shorten(str(error))}"
        if number == LOG_IS_GONE:
            return PermanentError(
                f"{text}; what comes after {self._position} was removed from the log or never was in it: keep it for "
                "longer (binlog_expire_logs_seconds), and copy the database anew"
            )
        if number in NO_RIGHT:
            return PermanentError(
                f"{text}; grant REPLICATION SLAVE and BINLOG MONITOR to the connection's user"
            )
        return TemporaryError(f"{text}; the task goes on from what was applied")


def _events() -> list[type]:
    """Return the events that carry changes, and those that may: what else there is says nothing about rows."""
    from pymysqlreplication import event as events
    from pymysqlreplication import row_event as row_events

    return [
        row_events.WriteRowsEvent,
        row_events.UpdateRowsEvent,
        row_events.DeleteRowsEvent,
        row_events.PartialUpdateRowsEvent,
        events.XidEvent,
        events.QueryEvent,
        events.MariadbGtidEvent,
        events.HeartbeatLogEvent,
        events.XAPrepareEvent,
        events.ExecuteLoadQueryEvent,
        events.NotImplementedEvent,
    ]


def _connect_once(place: str) -> Callable[..., Any]:
    """Return what opens the reader's two connections and no more.

    The library would connect again by itself, in the middle of a transaction whose beginning is rolled back by then.
    """
    left = [True, True]

    def connect(**settings: Any) -> Any:
        if not left:
            raise TemporaryError(f"{place}: the connection was lost; the task goes on from what was applied")
        left.pop()
        # The library still calls it by its former name.
        return connect_mariadb(database=settings.pop("db", None), **settings)

    return connect
