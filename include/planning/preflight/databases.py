"""Database servers accept their login, and the target databases are free or ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.cloud import Cloud
from include.cloud.instances import find_instance
from include.connections import DatabaseAccess
from include.databases.jobs import engine_of
from include.engines import mask
from include.errors import ConnectionDetailsError, shorten
from include.planning.database_client import count_tables, database_size, server_version
from include.planning.ownership import is_database_ours
from include.planning.server_presence import server_label
from include.provisioning.instance import found_instance, host_misfits

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what is wrong with each database on the source, and targets that are something else's."""
    for database in run.definition.databases:
        try:
            source = run.connections.database(database.source, database.engine)
        except ConnectionDetailsError:
            continue
        source_version, problem = _version(f"database {database.name}, source {source.address}", source)
        if problem:
            yield problem
        if source_version and database_size(source, database.database) is None:
            yield (
                f"database {database.name}, source {source.address}: has no database {database.database}; "
                "correct the definition"
            )
    yield from _shared(run)


def find_server_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what is wrong with each database on the target, once its server is there."""
    for database in run.definition.databases:
        try:
            source = run.connections.database(database.source, database.engine)
            target = run.connections.target_database(database)
        except ConnectionDetailsError:
            continue
        source_version, _ = _version(f"database {database.name}, source {source.address}", source)
        target_version, problem = _version(f"database {database.name}, target {target.address}", target)
        if problem:
            yield problem
        if source_version and target_version and target_version[0] < source_version[0]:
            yield (
                f"database {database.name}, target {target.address}: version {_text(target_version)} is older than the "
                f"source's {_text(source_version)}; order a newer server"
            )
        if target_version:
            yield from _taken(run, database, target)
    yield from _misleading_hosts(run)


def _misleading_hosts(run: MigrationRun) -> Iterator[str]:
    """Yield connections whose host leads elsewhere than to their RDS instance."""
    for database in run.definition.databases:
        if database.rds is not None:
            cloud = Cloud(run.connections.cloud(database.rds.connection))
            document = find_instance(cloud, database.rds.instance)
            if document is not None:
                place = f"RDS instance {database.rds.instance} ({cloud.access.place})"
                found = found_instance(document)
                yield from (f"{place}: {one}" for one in host_misfits(run, found, database.target))


def _shared(run: MigrationRun) -> Iterator[str]:
    """Yield targets that are, behind another connection, the target or the source of an entry: a copy makes them anew."""
    used: dict[tuple[str, str], str] = {}
    for side in ("source", "target"):
        for database in run.definition.databases:
            address = (
                run.connections.database(database.source, database.engine).address
                if side == "source"
                else server_label(run, database)
            )
            mine = f"the {side} of {database.name}"
            other = used.setdefault((address.lower(), database.database), mine)
            if side == "target" and other != mine:
                yield f"database {database.name}, target {address}: {database.database} there is {other}, too; name another"


def _version(place: str, access: DatabaseAccess) -> tuple[tuple[int, ...], str]:
    try:
        return server_version(access), ""
    except Exception as error:  # each driver has an exception tree of its own
        text = shorten(mask(str(error), [access.password]), 200)
        return (
            (),
            f"{place}: the login of {access.user} failed: {text}; correct the connection or the server's rules",
        )


def _taken(run: MigrationRun, database: Database, target: DatabaseAccess) -> Iterator[str]:
    """Yield a target that holds something of somebody else: the copy makes it anew."""
    engine, migration = engine_of(run, database), run.definition.name
    if not engine.target_exists() or is_database_ours(target, database.database, migration):
        return
    tables = count_tables(target, database.database)
    if tables or not engine.target_is_empty():
        what = f"{tables} tables" if tables else "routines, sequences or large objects"
        yield (
            f"database {database.name}, target {target.address}: {database.database} holds {what} and is not "
            f"marked as of migration {migration}; empty it, or name another"
        )


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
