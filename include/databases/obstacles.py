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
        with explained(
            f"database {database.name}",
            "check that both servers are up and may be read",
            source.password,
            target.password,
        ):
            found = list(_obstacles(database, source, target))
        yield from _findings(database, found)


def source_findings(run: MigrationRun, databases: Sequence[Database]) -> Iterator[Finding]:
    """Yield what the source alone shows of databases whose target servers are not there yet: before these are ordered.

    :raises TemporaryError: when a server does not answer.
    """
    for database in databases:
        source = run.connections.database(database.source, database.engine)
        with explained(
            f"database {database.name}", "check that its server is up and may be read", source.password
        ):
            found = list(_follow_obstacles(database, source)) if database.mode == "follow" else []
        yield from _findings(database, found)


def _findings(database: Database, obstacles: Sequence[Obstacle]) -> Iterator[Finding]:
    for severity, message, remedy in obstacles:
        yield Finding(RULE, severity, f"database {database.name}", message, remedy, WHY)


def _follow_obstacles(database: Database, source: DatabaseAccess) -> Iterator[Obstacle]:
    if database.engine == "mariadb":
        from include.databases.mariadb.follow_obstacles import find_source_obstacles

        yield from find_source_obstacles(source, database.database)
        return
    from include.databases.postgresql import follow_obstacles

    most = database.follow.most_retained_bytes
    yield from follow_obstacles.find_source_obstacles(source, database.database, most)


def _obstacles(database: Database, source: DatabaseAccess, target: DatabaseAccess) -> Iterator[Obstacle]:
    if database.engine == "mariadb":
        from include.databases.mariadb import obstacles as mariadb

        yield from mariadb.find_obstacles(
            source, target, database.database, mode=database.mode, definers=database.definers
        )
        return
    from include.databases.postgresql import follow_obstacles, obstacles

    yield from obstacles.find_obstacles(source, target, database.database)
    if database.mode == "follow":
        yield from _follow_obstacles(database, source)
        if database.follow.reverse:
            yield from follow_obstacles.find_way_back_obstacles(target)
