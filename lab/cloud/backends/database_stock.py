"""What RDS needs of a server that it can make: one that is in stock until an instance has it."""

from __future__ import annotations

from typing import Protocol

from lab.cloud.backends.database_server import DatabaseServer


class StockedServer(Protocol):
    """A server that can be made, once at a time; where it will be and its version are known before."""

    engine: str
    address: str
    port: int
    user: str

    @property
    def version(self) -> str:
        """Return the version as RDS names it."""

    def is_there(self) -> bool:
        """Say whether it was made."""

    def make(self, password: str) -> None:
        """Make it, and run it until its administrator can log in by this password; go on with one that is half made.

        Raises:
            Exception: whatever kept it from coming up.
        """

    def remove(self) -> None:
        """End it and remove its data; one that was never made is removed already."""

    def open(self) -> DatabaseServer:
        """Return its administrator's session."""
