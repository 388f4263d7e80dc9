"""Versions: rows are read, and hashed alike, from PostgreSQL 12 on."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.rules.sides import Sides

# Generated columns, and the shortest exact text of floating point numbers.
OLDEST = 12


def old_source(sides: Sides) -> Iterator[Obstacle]:
    """Yield a source that is too old to be compared; the preflight refuses a target older than its source."""
    version = sides.source.info.server_version // 10000
    if version < OLDEST:
        yield (
            "blocker",
            f"lies on PostgreSQL {version}, whose rows cannot be compared with those of newer servers",
            f"upgrade the source to PostgreSQL {OLDEST} or newer",
        )
