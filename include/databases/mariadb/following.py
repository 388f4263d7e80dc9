"""Follow one MariaDB database: read the origin's binary log, and repeat its rows on the destination.

A managed server lets nobody make it a replica, and cannot reach the origin. So this program is a client of both.
"""

from __future__ import annotations

import time

from include.connections import DatabaseAccess
from include.databases.following import Applied, Lag
from include.databases.mariadb.fingerprints import counters, set_counters
from include.databases.mariadb.follow_obstacles import refuse_unfollowable
from include.databases.mariadb.following_notes import (
    FollowingNote,
    read_note,
    remove_note,
    write_first_note,
)
from include.databases.mariadb.following_session import FollowingSession
from include.databases.mariadb.lag_watch import LagWatch
from include.databases.mariadb.log_position import bytes_between, position_of, present_position
from include.databases.mariadb.session import rows, session, value
from include.databases.mariadb.silencing import forget_silenced, put_back, silence
from include.databases.server_errors import remedy_for
from include.errors import TemporaryError, shorten

# A server gives up a reader that takes nothing for a minute (net_write_timeout).
SECONDS_TO_REST = 20
LOGS = "show binary logs"
# The origin keeps its log for as long as its own setting says, followed or not.
NOTHING_RETAINED = 0
NOW = "select unix_timestamp(now(6))"
DATABASE = "select 1 from information_schema.schemata where schema_name = %s"


class MariadbFollower:
    """Follow one database of a MariaDB server; see `Follower` for each method's promise.

    The way back is the same with the servers exchanged.
    """

    def __init__(self, origin: DatabaseAccess, destination: DatabaseAccess, database: str) -> None:
        self.origin = origin
        self.destination = destination
        self.database = database
        self._watch = LagWatch()
        self._session: FollowingSession | None = None
        self._used = time.monotonic()

    def prepare(self) -> str:
        """Check both servers; return where following started, or the present end of the log where it has not.

        The copy itself tells from which position to begin: `MariadbSnapshot.position`, never before this one.
        """
        refuse_unfollowable(self.origin, self.destination, self.database)
        note = self._note()
        return note.start if note else self.end_position()

    def still_keeps(self, prepared: str) -> bool:
        """Say whether the origin's log reaches back to a position."""
        wanted = position_of(prepared)
        with session(self.origin) as connection:
            files = {str(row[0]) for row in rows(connection, LOGS)}
            return wanted.file in files and present_position(connection).server == wanted.server

    def position(self) -> str | None:
        """Return the position noted on the destination; None when nothing is followed there."""
        note = self._note()
        return note.position if note else None

    def changed_definitions(self) -> list[str]:
        """Return nothing: the log tells every change of a definition in its place, and `apply` refuses it there."""
        return []

    def begin(self, position: str) -> None:
        """Note the position of the copy's snapshot, and take triggers and events off the destination."""
        position_of(position)
        note = self._note()
        if note is None or note.start != position:
            self.close()
            with session(self.destination) as connection:
                # Another copy has brought triggers of its own.
                forget_silenced(connection, self.database)
        write_first_note(self.destination, self.database, position)
        silence(self.destination, self.database)

    def apply(self, until: str | None = None, seconds: float = 5.0) -> Applied:
        """Apply changes; the connections stay open for the next time, unless something fails."""
        import pymysql

        if time.monotonic() - self._used > SECONDS_TO_REST:
            self.close()
        try:
            if self._session is None:
                self._session = FollowingSession(self.origin, self.destination, self.database, self._watch)
            return self._session.apply(position_of(until) if until else None, seconds)
        except pymysql.MySQLError as error:
            self.close()
            if remedy_for(error.args[0] if error.args else None, str(error)):
                raise
            raise TemporaryError(
                f"database {self.database}, from {self.origin.address} to {self.destination.address}: "
                f"{shorten(str(error))}; the task goes on from what was applied"
            ) from error
        except BaseException:
            self.close()
            raise
        finally:
            self._used = time.monotonic()

    def close(self) -> None:
        """End the connections; the next `apply` opens them again."""
        held, self._session = self._session, None
        if held is not None:
            held.close()

    def end_position(self) -> str:
        """Return the end of the origin's log."""
        with session(self.origin) as connection:
            return str(present_position(connection))

    def lag(self) -> Lag:
        """Return how much of the log is not applied, and since when at most."""
        note = self._note()
        if note is None:
            return Lag(0, 0.0, NOTHING_RETAINED)
        position = position_of(note.position)
        with session(self.origin) as connection:
            size = bytes_between(connection, position, self._watch.look(connection))
            if size == 0:
                return Lag(0, 0.0, NOTHING_RETAINED)
            seconds = self._watch.seconds_behind(position)
            if seconds is None:
                seconds = max(0.0, float(value(connection, NOW)) - note.moment)
        return Lag(size, seconds, NOTHING_RETAINED)

    def finish(self) -> None:
        """Set counters, put triggers and events back, and remove the notes; does nothing where none are left."""
        self.close()
        if self._note() is None:
            return
        with session(self.origin) as origin, session(self.destination) as destination:
            set_counters(destination, self.database, counters(origin, self.database))
        self._let_go()

    def drop(self) -> None:
        """Stop following; triggers and events come back, unless their database is gone."""
        self.close()
        self._let_go()

    def _let_go(self) -> None:
        with session(self.destination) as connection:
            if rows(connection, DATABASE, self.database):
                put_back(self.destination, self.database)
            forget_silenced(connection, self.database)
            remove_note(connection, self.database)

    def _note(self) -> FollowingNote | None:
        with session(self.destination) as connection:
            return read_note(connection, self.database)
