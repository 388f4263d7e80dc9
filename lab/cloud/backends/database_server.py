"""What RDS needs of a database server, whichever engine it is of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


class ExistsError(Exception):
    """What was to be made is there already."""


class MissingError(Exception):
    """What was named is not there."""


@dataclass(frozen=True)
class Place:
    """Where a server is, and its administrator's login."""

    address: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """What a user may do in a database; `schema` is for engines that have any."""

    database: str
    user: str
    readonly: bool
    schema: str = ""


class DatabaseServer(Protocol):
    """A server and its administrator's session; each call is one session."""

    engine: str

    def databases(self) -> list[dict[str, Any]]:
        """Return the databases of users as RDS lists those of this engine."""

    def create_database(self, wanted: dict[str, Any]) -> None:
        """Make a database from the body of the request for it."""

    def drop_database(self, name: str) -> None:
        """Remove a database."""

    def users(self) -> list[dict[str, Any]]:
        """Return the users as RDS lists those of this engine."""

    def create_user(self, name: str, password: str) -> None:
        """Make a user."""

    def drop_user(self, name: str) -> None:
        """Remove a user."""

    def grant(self, wanted: Grant) -> None:
        """Let a user use a database."""
