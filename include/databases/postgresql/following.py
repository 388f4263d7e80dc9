"""Follow a PostgreSQL database: read its changes from a logical slot, apply them by ordinary SQL."""

from __future__ import annotations

import psycopg
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.following import Applied, Lag
from include.databases.postgresql.definitions import FOLLOWING, definitions
from include.databases.postgresql.fingerprints import sequences, set_sequences
from include.databases.postgresql.position import (
    Position,
    has_position,
    make_position,
    read_position,
)
from include.databases.postgresql.session import Connection, connect, session, value
from include.databases.postgresql.silencing import restore, silence
from include.databases.postgresql.slots import Slot, drop_slot, ensure_slot, mark_end, read_slot, slot_name
from include.databases.postgresql.stream import ChangeStream, position_number, position_text
from include.databases.postgresql.transfer import Transfer
from include.errors import CopyDivergedError, PermanentError, shorten


class PostgresqlFollower:
    """Follow one database; see `Follower` for each method's promise.

    :param expected: definitions of the origin, by name, at the moment of the copy; none: they are not looked at.
    """

    def __init__(
        self,
        origin: DatabaseAccess,
        destination: DatabaseAccess,
        database: str,
        expected: dict[str, str] | None = None,
    ) -> None:
        self.origin = origin
        self.destination = destination
        self.database = database
        self.name = slot_name(origin.address, destination.address, database)
        self._expected = expected
        self._asking: Connection | None = None
        self._applying: Connection | None = None
        self._stream: ChangeStream | None = None
        self._transfer: Transfer | None = None

    def prepare(self) -> str:
        """Make publication and slot on the origin; return from where on the slot has changes."""
        return ensure_slot(self._ask(), self.name).confirmed

    def still_keeps(self, prepared: str) -> bool:
        """Say whether the slot is the one that was made then, and nothing was taken from it."""
        return self.prepare() == prepared

    def begin(self, position: str) -> None:
        """Note the position and silence triggers and foreign keys, in one transaction."""
        slot = self._slot()
        first = Position.parse(position)
        if position_number(slot.confirmed) > max(first.place, first.horizon):
            raise PermanentError(
                f"database {self.database}, {self.origin.address}: its replication slot {self.name} has changes since "
                f"{slot.confirmed} only, the copy is of {position}; clear the task of the copy, which begins anew"
            )
        with connect(self.destination, self.database, autocommit=False) as connection:
            if has_position(connection):
                return
            connection.execute(f"create schema {FOLLOWING}")
            make_position(connection, first)
            # The dump brought it along.
            connection.execute(sql.SQL("drop publication if exists {}").format(sql.Identifier(self.name)))
            silence(connection)

    def position(self) -> str | None:
        """Return the position noted on the destination."""
        if not self._is_destination_there():
            return None
        with session(self.destination, self.database) as connection:
            return position_text(read_position(connection).place) if has_position(connection) else None

    def apply(self, until: str | None = None, seconds: float = 5.0) -> Applied:
        """Apply what the slot has.

        :raises CopyDivergedError: when a row does not fit into the destination.
        """
        try:
            if self._transfer is None:
                self._transfer = self._open()
            return self._transfer.run(position_number(until) if until else None, seconds)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            self.close()
            raise CopyDivergedError(
                f"database {self.database}, {self.destination.address}: a row does not fit: "
                f"{shorten(error.diag.message_primary or '')}; something else writes into the copy, or its definitions changed: stop "
                "that, and clear the task of the copy, which begins anew"
            ) from None
        except BaseException:
            self.close()
            raise

    def changed_definitions(self) -> list[str]:
        """Compare the origin's definitions with those of the copy's moment."""
        if self._expected is None:
            return []
        present = definitions(self._ask())
        return sorted(
            name for name in {*present, *self._expected} if present.get(name) != self._expected.get(name)
        )

    def end_position(self) -> str:
        """Return the origin's end."""
        return mark_end(self._ask())

    def lag(self) -> Lag:
        """Return how far behind the destination is.

        :raises PermanentError: when the slot is gone.
        """
        slot = self._slot()
        reached = position_number(slot.confirmed)
        seconds = 0.0
        if self._transfer is not None:
            reached, seconds = max(reached, self._transfer.reached), self._transfer.lag_seconds
        return Lag(max(position_number(slot.end) - reached, 0), round(seconds, 3), slot.retained)

    def finish(self) -> None:
        """Restore triggers and foreign keys, set the sequences and remove the notes, in one transaction."""
        self._end_transfer()
        if self.position() is None:
            return
        wanted = sequences(self._ask())
        with connect(self.destination, self.database, autocommit=False) as connection:
            restore(connection)
            connection.execute(f"drop schema {FOLLOWING} cascade")
            set_sequences(connection, wanted)

    def drop(self) -> None:
        """Remove the notes on the destination, then slot and publication on the origin."""
        self._end_transfer()
        try:
            self._clear_destination()
        finally:
            # A slot that stays would fill the origin's disk.
            if self._is_there(self.origin):
                drop_slot(self._ask(), self.name)

    def close(self) -> None:
        """End all sessions."""
        self._end_transfer()
        if self._asking is not None:
            self._asking.close()
            self._asking = None

    def _open(self) -> Transfer:
        self._applying = connect(self.destination, self.database, autocommit=False)
        if not has_position(self._applying):
            raise PermanentError(
                f"database {self.database}, {self.destination.address}: follows nothing (any more); clear the task of the copy"
            )
        place = read_position(self._applying).place
        self._stream = ChangeStream(self.origin, self.database, self.name, place)
        return Transfer(self._stream, self._applying)

    def _clear_destination(self) -> None:
        if not self._is_destination_there():
            return
        with connect(self.destination, self.database, autocommit=False) as connection:
            if has_position(connection):
                restore(connection)
            connection.execute(f"drop schema if exists {FOLLOWING} cascade")
            connection.execute(sql.SQL("drop publication if exists {}").format(sql.Identifier(self.name)))

    def _end_transfer(self) -> None:
        for session_ in (self._stream, self._applying):
            if session_ is not None:
                session_.close()
        self._stream = self._applying = self._transfer = None

    def _slot(self) -> Slot:
        slot = read_slot(self._ask(), self.name)
        if slot is None:
            raise PermanentError(
                f"database {self.database}, {self.origin.address}: its replication slot {self.name} is gone, or has lost changes "
                "(max_slot_wal_keep_size); clear the task of the copy, which makes a new one"
            )
        return slot

    def _ask(self) -> Connection:
        if self._asking is None or self._asking.closed:
            self._asking = connect(self.origin, self.database)
        return self._asking

    def _is_destination_there(self) -> bool:
        return self._is_there(self.destination)

    def _is_there(self, access: DatabaseAccess) -> bool:
        with session(access) as connection:
            return (
                value(connection, "select 1 from pg_database where datname = %s", self.database) is not None
            )
