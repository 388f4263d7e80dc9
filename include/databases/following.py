"""Say what carries the row changes of a database on, while its applications write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from include.connections import DatabaseAccess


@dataclass(frozen=True)
class Applied:
    """Say what was applied.

    :param position: up to where the destination has the origin's changes; in the engine's own words.
    :param is_complete: whether the wanted position was reached, or nothing was left when no position was wanted.
    """

    transactions: int
    rows: int
    position: str
    is_complete: bool


@dataclass(frozen=True)
class Lag:
    """Say how far the destination is behind.

    :param bytes: of the origin's log that are not applied yet.
    :param seconds: from a change's commit on the origin to its commit on the destination, the longest of the last ones;
        0 when nothing is to be applied.
    :param retained: bytes of its log that the origin keeps for this follower alone.
    """

    bytes: int
    seconds: float
    retained: int


class Follower(Protocol):
    """Carry the row changes of one database from `origin` to `destination`, in the origin's order, each exactly once.

    The position lies in the destination and is committed together with the rows: a kill neither loses nor doubles any.
    """

    origin: DatabaseAccess
    destination: DatabaseAccess

    def prepare(self) -> str:
        """Make on the origin what keeps its changes, and return from where on they are kept.

        Safe to repeat: the answer is the same as long as nothing was applied and nothing was lost.
        """

    def still_keeps(self, prepared: str) -> bool:
        """Say whether the origin still has its changes since that answer of `prepare`."""

    def begin(self, position: str) -> None:
        """Note on the destination, whose copy is whole, from where on it is to follow; its triggers are silenced.

        :raises PermanentError: when the origin keeps its changes from a later position only.
        """

    def position(self) -> str | None:
        """Return the position noted on the destination; None when nothing is followed there."""

    def apply(self, until: str | None = None, seconds: float = 5.0) -> Applied:
        """Apply what there is, for at most some seconds, or until a position of the origin is reached.

        A transaction that has begun to arrive is applied to its end.
        """

    def changed_definitions(self) -> list[str]:
        """Return the names of what is defined otherwise on the origin than on the destination's copy."""

    def end_position(self) -> str:
        """Return the origin's present end: what was committed before lies before it."""

    def lag(self) -> Lag:
        """Return how far the destination is behind."""

    def finish(self) -> None:
        """Make the destination one that is written to: triggers on again, sequences set, the notes removed.

        Does nothing when nothing is followed there.
        """

    def drop(self) -> None:
        """Remove what `prepare` and `begin` made on both sides; safe to repeat, whatever is there."""

    def close(self) -> None:
        """End the sessions; what was committed stays."""
