"""Say what following a database needs from an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Applied:
    """Say what was applied.

    :param transactions: of the origin; those that touched nothing of the database are not counted.
    :param position: of the origin's log up to which the destination has everything.
    :param is_complete: the position that was asked for is reached, or, without one, the end of the log.
    """

    transactions: int
    rows: int
    position: str
    is_complete: bool


@dataclass(frozen=True)
class Lag:
    """Say how far the destination is behind: bytes of the origin's log, and seconds."""

    bytes: int
    seconds: float


class Follower(Protocol):
    """Carry the row changes of one database from `origin` to `destination`, in the origin's order, each exactly once."""

    def prepare(self) -> str:
        """Check that the origin can be followed, and return its present position. Safe to repeat.

        :raises PermanentError: with everything that stands in the way.
        """

    def begin(self, position: str) -> None:
        """Note where to start, once the copy from that moment is whole; triggers fall silent. Safe to repeat."""

    def apply(self, until: str | None = None, seconds: float = 5.0) -> Applied:
        """Apply what there is, for at most some seconds, or until a position of the origin is reached.

        :raises PermanentError: when something in the log cannot be followed, such as a changed definition.
        """

    def end_position(self) -> str:
        """Return the origin's present end."""

    def lag(self) -> Lag:
        """Return how far the destination is behind."""

    def finish(self) -> None:
        """Make the destination fit for writers after the last change. Safe to repeat."""

    def drop(self) -> None:
        """Stop following and remove every note of it; always possible, safe to repeat."""
