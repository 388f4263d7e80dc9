"""A rule that asks the source one question, and names what it finds in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from include.databases.obstacles import Obstacle
from include.databases.postgresql.rules.sides import Sides, named, names
from include.inventory.model import Severity


def always(_: Sides) -> bool:
    """Ask every source."""
    return True


def where_managed(sides: Sides) -> bool:
    """Ask only where the target's administrator is less than a superuser."""
    return sides.is_managed


@dataclass(frozen=True)
class Naming:
    """Yield one obstacle when the query finds anything.

    :param query: for the source, of one column.
    :param message: with `{found}` for what was found, and `{user}` for the source connection's user.
    :param asks: says whether it is asked at all.
    """

    query: str
    severity: Severity
    message: str
    remedy: str
    asks: Callable[[Sides], bool] = always

    def __call__(self, sides: Sides) -> Iterator[Obstacle]:
        """Ask, and name what is found."""
        found = names(sides.source, self.query) if self.asks(sides) else []
        if found:
            message = self.message.format(found=named(found), user=sides.source.info.user)
            yield self.severity, message, self.remedy
