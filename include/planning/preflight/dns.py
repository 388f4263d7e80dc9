"""Whoever keeps the zone of the front door's record answers, and lets us change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.zones import open_zone

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what keeps the front door's record from being switched."""
    settings = run.definition.front_door.dns
    if settings is None:
        return
    zone = open_zone(run.connections, settings.connection, settings.record)
    yield from (f"front_door.dns: {problem}" for problem in zone.find_problems())
