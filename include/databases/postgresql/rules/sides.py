"""Hold what a rule asks: the source's database, and the target's server, where the database need not be there yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from include.connections import DatabaseAccess
from include.databases.obstacles import Obstacle
from include.databases.postgresql.roles import needed_roles
from include.databases.postgresql.session import Connection, is_superuser

MOST_NAMED = 5


@dataclass(frozen=True)
class Sides:
    """Hold a session in the source's database and one in the target's maintenance database."""

    source: Connection
    target: Connection
    database: str
    source_access: DatabaseAccess
    target_access: DatabaseAccess

    @cached_property
    def is_managed(self) -> bool:
        """Say whether the target's administrator is less than a superuser, as on RDS."""
        return not is_superuser(self.target)

    @cached_property
    def roles(self) -> list[str]:
        """Return the names of the roles that the database needs on the target."""
        return needed_roles(self.source)


Rule = Callable[[Sides], Iterator[Obstacle]]


def named(names: Iterable[str]) -> str:
    """Return a few names, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"{', '.join(known[:MOST_NAMED])}{more}"


def names(connection: Connection, query: str, *values: object) -> list[str]:
    """Return the single column of a query."""
    return [str(name) for (name,) in connection.execute(query.encode(), values or None)]
