"""Say what keeps other writers from a source's database while its customers are moved."""

from __future__ import annotations

from typing import Protocol

from include.connections import DatabaseAccess


class Fence(Protocol):
    """Refuse the writes of everybody but this program, whose own sessions go through.

    `place` is what the fence stands around, in words; `by_hand` is what an administrator executes to take it away.
    """

    @property
    def access(self) -> DatabaseAccess:
        """Return the server."""

    @property
    def place(self) -> str:
        """Name what it stands around, the same in every run."""

    @property
    def by_hand(self) -> str:
        """Return the statement that takes it away."""

    def obstacle(self) -> str:
        """Return why there can be no fence, in words; nothing where there can be one."""

    def setting(self) -> str:
        """Return how the server is set now."""

    def stands(self, setting: str) -> bool:
        """Say whether a setting is that of a fence."""

    def shut(self) -> list[str]:
        """Refuse writes from now on, those of open sessions too; return the sessions that go on. Safe to repeat."""

    def gaps(self) -> list[str]:
        """Try to write as an application would; return who may write all the same, nothing where nobody may."""

    def open(self, setting: str) -> None:
        """Set the server as it was before. Safe to repeat."""
