"""Name places in a server's binary log, and compare them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.databases.mariadb.session import rows, value
from include.errors import PermanentError, shorten

# MariaDB knows the first from 10.5.2 on, MySQL 8.4 no longer knows the second.
STATUS = "show master status"


@dataclass(frozen=True)
class LogPosition:
    """Name a place in the binary log of one server: its id, the file, and the offset in it.

    Places are only comparable within one server: after a failover the other server's log has files of its own.
    """

    server: int
    file: str
    offset: int

    def __str__(self) -> str:
        return f"{self.server}:{self.file}:{self.offset}"

    @property
    def number(self) -> int:
        """Return the number of the file."""
        return int(self.file.rpartition(".")[2])

    def is_before(self, other: LogPosition) -> bool:
        """Say whether this place comes before another.

        :raises PermanentError: when they are of different servers.
        """
        if self.server != other.server:
            raise PermanentError(
                f"binary log position {self}: is of another server than {other}, as after a failover; "
                "copy the database anew and follow from there"
            )
        return (self.number, self.offset) < (other.number, other.offset)


def position_of(text: str) -> LogPosition:
    """Return the position a text names.

    :raises PermanentError: when it names none.
    """
    server, _, rest = text.partition(":")
    file, _, offset = rest.rpartition(":")
    if not (server.isdigit() and offset.isdigit() and file.rpartition(".")[2].isdigit()):
        raise PermanentError(
            f"binary log position {shorten(text)}: is none; it reads server:file:offset, copy the database anew"
        )
    return LogPosition(int(server), file, int(offset))


def present_position(connection: Any) -> LogPosition:
    """Return the end of a server's binary log.

    :raises PermanentError: when the server writes none.
    """
    found = rows(connection, STATUS)
    if not found:
        raise PermanentError("server to follow: writes no binary log; set log_bin and restart it")
    file, offset = found[0][:2]
    return LogPosition(int(value(connection, "select @@server_id")), str(file), int(offset))


def bytes_between(connection: Any, start: LogPosition, end: LogPosition) -> int:
    """Return how much of the log lies between two places; files that were removed count nothing."""
    if not start.is_before(end):
        return 0
    sizes = {str(row[0]): int(row[1]) for row in rows(connection, "show binary logs")}
    between = [
        size for name, size in sizes.items() if start.number <= int(name.rpartition(".")[2]) < end.number
    ]
    return sum(between) + end.offset - start.offset
