"""Sum up what the databases of each RDS instance need of it, as their source servers tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from include.planning.database_client import connection_limit, database_size, server_version
from include.planning.foreign_errors import explained

if TYPE_CHECKING:
    from include.connections.access import DatabaseEngine
    from include.definition import Database, NewInstance
    from include.run import MigrationRun


@dataclass(frozen=True)
class InstanceNeeds:
    """Say what one instance has to be fit for.

    :param connection: of the cloud; `login` is that of the server's administrator.
    :param version: the source's newest, as numbers.
    :param size: of all its databases, in bytes; `connections` is what their source servers take at once.
    """

    name: str
    connection: str
    login: str
    engine: DatabaseEngine
    entries: tuple[str, ...]
    version: tuple[int, ...]
    size: int
    connections: int
    create: NewInstance | None


def instance_needs(run: MigrationRun) -> list[InstanceNeeds]:
    """Return the needs of every RDS instance of the definition.

    :raises TemporaryError: when a source server does not answer.
    """
    return [_needs(run, databases) for databases in databases_by_instance(run)]


def databases_by_instance(run: MigrationRun) -> list[list[Database]]:
    """Return the entries with an RDS instance, those of one instance together."""

    def place(database: Database) -> tuple[str, str]:
        return (database.rds.connection, database.rds.instance) if database.rds else ("", "")

    managed = sorted((one for one in run.definition.databases if one.rds), key=place)
    return [list(group) for _, group in groupby(managed, place)]


def _needs(run: MigrationRun, databases: Sequence[Database]) -> InstanceNeeds:
    versions, sizes, limits = [], [], {}
    for database in databases:
        source = run.connections.database(database.source, database.engine)
        place = f"database {database.name}, source {source.address}"
        with explained(place, "check that it is up and the connection may read it", source.password):
            versions.append(server_version(source))
            sizes.append(database_size(source, database.database) or 0)
            limits[source.address] = connection_limit(source)
    first = databases[0]
    described = [one.rds for one in databases if one.rds]
    return InstanceNeeds(
        name=described[0].instance,
        connection=described[0].connection,
        login=first.target,
        engine=first.engine,
        entries=tuple(one.name for one in databases),
        version=max(versions),
        size=sum(sizes),
        connections=sum(limits.values()),
        create=next((one.create for one in described if one.create), None),
    )
