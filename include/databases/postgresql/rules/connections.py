"""Connections: both servers have to take the copy's beside those of the applications."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.filling import STREAMS
from include.databases.postgresql.fingerprints import THREADS
from include.databases.postgresql.rules.sides import Sides
from include.databases.postgresql.session import Connection, rows

LIMITS = """select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (select count(*) from pg_stat_activity where backend_type = 'client backend')"""
# The snapshot's, the definitions', the lock's, the notes' and those of short questions.
OTHERS = 5
NEEDED = STREAMS + THREADS + OTHERS


def too_few_connections(sides: Sides) -> Iterator[Obstacle]:
    """Yield a server that could not take the copy's connections even alone, or has too few of them free now."""
    for side, connection in (("source", sides.source), ("target", sides.target)):
        limit, used = _limits(connection)
        if limit < NEEDED:
            yield (
                "blocker",
                f"is copied over up to {NEEDED} connections, and the {side} takes {limit} at all",
                f"raise max_connections of the {side}",
            )
        elif limit - used < NEEDED:
            yield (
                "warning",
                f"is copied over up to {NEEDED} connections, and the {side} has {limit - used} of {limit} free now",
                f"raise max_connections of the {side}, or copy while it has less to do",
            )


def crowded_target(sides: Sides) -> Iterator[Obstacle]:
    """Yield a target that takes fewer connections than the source has now: the applications will want as many there."""
    used, limit = _limits(sides.source)[1], _limits(sides.target)[0]
    if used > limit:
        yield (
            "warning",
            f"has {used} connections on the source now, and the target takes {limit}",
            "raise max_connections of the target, or order a larger one",
        )


def _limits(connection: Connection) -> tuple[int, int]:
    limit, used = rows(connection, LIMITS)[0]
    return int(limit), int(used)
