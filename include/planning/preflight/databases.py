"""Database servers accept their login, and the target databases are free or ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.connections import DatabaseAccess
from include.databases.jobs import engine_of
from include.engines import mask
from include.errors import ConnectionDetailsError, shorten
from include.planning.database_client import count_tables, database_size, server_version
from include.planning.ownership import is_database_ours

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what is wrong with each database, on both sides."""
    for database in run.definition.databases:
        try:
            source = run.connections.database(database.source, database.engine)
            target = run.connections.database(database.target, database.engine)
        except ConnectionDetailsError:
            continue
        source_version, source_problem = _version(
            f"database {database.name}, source {source.address}", source
        )
        target_version, target_problem = _version(
            f"database {database.name}, target {target.address}", target
        )
        yield from (problem for problem in (source_problem, target_problem) if problem)
        if source_version and database_size(source, database.database) is None:
            yield (
                f"database {database.name}, source {source.address}: has no database {database.database}; "
                "correct the definition"
            )
        if source_version and target_version and target_version[0] < source_version[0]:
            yield (
                f"database {database.name}, target {target.address}: version {_text(target_version)} is older than the "
                f"source's {_text(source_version)}; order a newer server"
            )
        if target_version:
            yield from _taken(run, database, target)
    yield from _shared(run)


def _shared(run: MigrationRun) -> Iterator[str]:
    """Yield targets that are, behind another connection, the target or the source of an entry: a copy makes them anew."""
    used: dict[tuple[str, str], str] = {}
    for side in ("source", "target"):
        for database in run.definition.databases:
            connection = database.source if side == "source" else database.target
            address = run.connections.database(connection, database.engine).address
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
