"""Read a logical slot's changes as they are committed, over PostgreSQL's replication protocol."""

from __future__ import annotations

import select
import struct
import time
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.pq import ConnStatus, ExecStatus

from include.connections import DatabaseAccess
from include.databases.postgresql.pgoutput import Message, decode
from include.databases.postgresql.session import Connection, connect

# The server ends a session that it has not heard of for a minute (wal_sender_timeout).
SECONDS_BETWEEN_ANSWERS = 2.0
# As long a server may say nothing before it is asked whether it is there, and as long before it is given up. PostgreSQL's own
# replicas wait for a minute (wal_receiver_timeout).
QUIET_SECONDS = 20.0
LONGEST_SILENCE_SECONDS = 50.0
EPOCH_OF_POSTGRESQL = 946_684_800


@dataclass(frozen=True)
class Sent:
    """Hold one message with the moment at which the server sent it (microseconds since 2000), or only how far the server is.

    :param end: up to where the server has looked for changes.
    """

    message: Message | None
    moment: int
    end: int


class ChangeStream:
    """Be one session of a slot. The server forgets what `confirm` was told is safe."""

    def __init__(self, access: DatabaseAccess, database: str, slot: str, start: int) -> None:
        self._connection: Connection = connect(access, database, replication="database")
        self._pgconn = self._connection.pgconn
        self._confirmed = start
        self._answered = 0.0
        self._silence = 0.0
        self._start(slot, start)

    def _start(self, slot: str, start: int) -> None:
        statement = sql.SQL("START_REPLICATION SLOT {} LOGICAL {} (proto_version '1', publication_names {})")
        text = statement.format(sql.Identifier(slot), sql.SQL(position_text(start)), sql.Literal(slot))
        result = self._pgconn.exec_(text.as_bytes(self._connection))
        if result.status != ExecStatus.COPY_BOTH:
            self._connection.close()
            raise psycopg.errors.error_from_result(result)

    def read(self, seconds: float) -> Sent | None:
        """Return the next message, or None when none comes within some seconds.

        :raises psycopg.Error: when the session ended.
        """
        ends = time.monotonic() + seconds
        while (sent := self._received()) is None:
            self._answer(wants_reply=self._silence > QUIET_SECONDS)
            left = max(ends - time.monotonic(), 0.0)
            if not self._hears(min(left, SECONDS_BETWEEN_ANSWERS)) and left == 0:
                return None
        return sent

    def _hears(self, seconds: float) -> bool:
        """Wait for something to come; time in which nobody listens is no silence of the server's.

        :raises psycopg.OperationalError: when nothing has come for too long.
        """
        begun = time.monotonic()
        readable, _, _ = select.select([self._pgconn.socket], [], [], seconds)
        if readable:
            self._silence = 0.0
            self._pgconn.consume_input()
            return True
        self._silence += time.monotonic() - begun
        if self._silence > LONGEST_SILENCE_SECONDS:
            raise psycopg.OperationalError(f"the server has said nothing for {self._silence:.0f} s")
        return False

    def confirm(self, position: int) -> None:
        """Let the server forget what lies before a position."""
        self._confirmed = max(self._confirmed, position)

    def ask(self) -> None:
        """Ask the server to tell at once how far it is."""
        self._answer(wants_reply=True, is_urgent=True)

    def close(self) -> None:
        """Tell the server what is safe, and end the session."""
        if self._pgconn.status == ConnStatus.OK:
            with suppress(psycopg.Error):
                self.ask()
        self._connection.close()

    def _received(self) -> Sent | None:
        size, data = self._pgconn.get_copy_data(1)
        if size < 0:
            ended = self._pgconn.get_result()
            raise psycopg.OperationalError(
                ended.get_error_message() if ended else "the server ended the stream"
            )
        return self._sent(bytes(data)) if size else None

    def _sent(self, data: bytes) -> Sent:
        if data[:1] == b"w":
            _, end, moment = struct.unpack_from(">QQq", data, 1)
            return Sent(decode(data[25:]), moment, end)
        end, moment, wants_reply = struct.unpack_from(">QqB", data, 1)
        if wants_reply:
            self._answered = 0.0
            self._answer()
        return Sent(None, moment, end)

    def _answer(self, *, wants_reply: bool = False, is_urgent: bool = False) -> None:
        now = time.monotonic()
        if now - self._answered < SECONDS_BETWEEN_ANSWERS and not is_urgent:
            return
        self._answered = now
        places = (self._confirmed,) * 3
        self._pgconn.put_copy_data(struct.pack(">cQQQqB", b"r", *places, present(), wants_reply))
        self._pgconn.flush()


def present() -> int:
    """Return this machine's time as PostgreSQL counts it, in microseconds since 2000."""
    return int((time.time() - EPOCH_OF_POSTGRESQL) * 1_000_000)


def position_text(position: int) -> str:
    """Return a position of the log as the server writes it, e.g. `0/16B3748`."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def position_number(text: str) -> int:
    """Return a position of the log as a number that grows."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)
