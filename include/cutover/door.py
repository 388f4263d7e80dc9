"""Say what is asked of whatever leads the customers to one side or the other."""

from __future__ import annotations

from typing import Any, Protocol

from include.connections.access import Side

# Plain data, as the ledger keeps it: one a record set, or one a listener.
Lead = dict[str, Any]


class Door(Protocol):
    """Know where customers are led, and lead them elsewhere. Everything may be repeated, and be killed in between."""

    @property
    def method(self) -> str:
        """Return how a reading is told as a proof."""

    def is_on_target(self) -> bool:
        """Say whether all customers are led to the target.

        :raises TemporaryError: when that is not known: guessing could cost data.
        """

    def read(self) -> list[Lead]:
        """Return where customers are led now."""

    def former(self) -> list[Lead]:
        """Return where customers were led before the target: what a way back puts back."""

    def make_ready(self) -> None:
        """Do what the switch needs and customers need not wait for."""

    def leads_to(self, side: Side) -> list[Lead]:
        """Return what would lead the customers to a side, which can take them.

        :raises PermanentError: when the side has no place for them.
        """

    def write(self, leads: list[Lead]) -> None:
        """Lead the customers so; `read` tells it afterwards."""

    def values(self, leads: list[Lead]) -> list[str]:
        """Return in words what has to be the same before and after, sorted."""

    def evidence(self, wanted: list[Lead]) -> tuple[list[str], list[str]]:
        """Return what has to be so once the customers are led to the target, and what is."""

    def keeps(self, before: list[Lead]) -> str | None:
        """Return what the switch leaves standing for the way back, or None."""
