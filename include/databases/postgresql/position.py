"""Keep in the database that follows up to where it does, beside its rows, so that both are committed as one."""

from __future__ import annotations

from dataclasses import dataclass

from include.databases.postgresql.definitions import FOLLOWING
from include.databases.postgresql.session import Connection, rows, value
from include.databases.postgresql.stream import position_number, position_text
from include.errors import TemporaryError

TABLE = f"{FOLLOWING}.position"
WRAP = 1 << 32


@dataclass(frozen=True)
class Snapshot:
    """Know which transactions a copy has already, by PostgreSQL's text of a snapshot: `xmin:xmax:those in progress`."""

    text: str

    def has(self, xid: int) -> bool:
        """Say whether the transaction of a 32-bit id was committed, or rolled back, at the snapshot's moment."""
        _, upper, listed = self.text.split(":")
        most = int(upper)
        # The id's upper half is that which brings it closest to the snapshot's.
        whole = most + (xid - most + WRAP // 2) % WRAP - WRAP // 2
        return whole < most and str(whole) not in listed.split(",")


@dataclass(frozen=True)
class Position:
    """Say what the destination has: all before `place`, and before `horizon` what the snapshot of its copy has.

    Written as `place`, or as `horizon@snapshot` where nothing was applied yet.
    """

    place: int
    horizon: int = 0
    snapshot: Snapshot | None = None

    @classmethod
    def parse(cls, text: str) -> Position:
        """Return what a text says."""
        place, _, snapshot = text.partition("@")
        number = position_number(place)
        return cls(0, number, Snapshot(snapshot)) if snapshot else cls(number)

    def has(self, commit: int, xid: int) -> bool:
        """Say whether a transaction is in the destination already."""
        if commit < self.place:
            return True
        return self.snapshot is not None and commit < self.horizon and self.snapshot.has(xid)


def has_position(connection: Connection) -> bool:
    """Say whether a database follows another."""
    return value(connection, "select to_regclass(%s)", TABLE) is not None


def make_position(connection: Connection, position: Position) -> None:
    """Note the first position."""
    connection.execute(
        f"create table {TABLE} (place text not null, horizon text not null, snapshot text not null)"
    )
    snapshot = position.snapshot.text if position.snapshot else ""
    connection.execute(
        f"insert into {TABLE} values (%s, %s, %s)",
        (position_text(position.place), position_text(position.horizon), snapshot),
    )


def read_position(connection: Connection) -> Position:
    """Return the noted position."""
    place, horizon, snapshot = rows(connection, f"select place, horizon, snapshot from {TABLE}")[0]
    known = Snapshot(snapshot) if snapshot else None
    return Position(position_number(place), position_number(horizon), known)


def move_position(connection: Connection, former: int, place: int) -> None:
    """Note a later position in the connection's transaction.

    :raises TemporaryError: when another session has moved it: what is in this transaction is there already.
    """
    moved = connection.execute(
        f"update {TABLE} set place = %s where place = %s", (position_text(place), position_text(former))
    )
    if moved.rowcount != 1:
        raise TemporaryError(
            "another process follows the same database; the task retries from where that one is"
        )
