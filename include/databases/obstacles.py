"""Ask database servers what stands in the way of a copy, or does not come along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from include.inventory.model import Finding, Severity
from include.planning.foreign_errors import explained

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.definition import Database
    from include.run import MigrationRun

RULE = "database"
SEVERITIES = ("blocker", "warning")
WHY = "What a dump does not carry is missing in RDS: a login or a view fails there, though every row arrived."

# Severity, message, remedy.
Obstacle = tuple[Severity, str, str]


def database_findings(run: MigrationRun, databases: Sequence[Database]) -> Iterator[Finding]:
    """Yield what was found at each of these databases, whose target servers are there.

    :raises TemporaryError: when a server does not answer.
    """
    for database in databases:
        source = run.connections.database(database.source, database.engine)
        target = run.connections.target_database(database)
        if database.engine == "postgresql":
            from include.databases.postgresql.obstacles import find_obstacles
        else:
            from include.databases.mariadb.obstacles import find_obstacles
        place = f"database {database.name}"
        with explained(
            place, "check that both servers are up and may be read", source.password, target.password
        ):
            found = [
                *find_obstacles(source, target, database.database),
                *_follow_obstacles(database, source, target),
            ]
        for severity, message, remedy in found:
            yield Finding(RULE, severity, place, message, remedy, WHY)


def _follow_obstacles(
    database: Database, source: DatabaseAccess, target: DatabaseAccess
) -> Iterator[Obstacle]:
    if database.mode != "follow":
        return
    if database.engine != "postgresql":
        yield (
            "blocker",
            f"cannot be followed: there is no mode follow for {database.engine}",
            "set mode to dump",
        )
        return
    from include.databases.postgresql.follow_obstacles import find_source_obstacles, find_way_back_obstacles

    yield from find_source_obstacles(source, database.database, database.follow.most_retained_bytes)
    if database.follow.reverse:
        yield from find_way_back_obstacles(target)
