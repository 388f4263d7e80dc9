"""The programs that tasks run are installed where they run, and can talk to the servers they are for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from include.databases.mariadb.dump import PACKAGE as MARIADB_PACKAGE
from include.databases.postgresql.schema import PACKAGE as POSTGRESQL_PACKAGE
from include.engines import find_program, run_engine
from include.errors import MigrationError
from include.planning.database_client import server_version

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun

ALWAYS = {
    "velero": "velero (its command line program)",
}
OF_ENGINE = {
    "postgresql": {"pg_dump": POSTGRESQL_PACKAGE, "pg_restore": POSTGRESQL_PACKAGE},
    "mariadb": {"mariadb-dump": MARIADB_PACKAGE, "mariadb": MARIADB_PACKAGE},
}
MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield programs that are missing, and a pg_dump that is older than a server it has to read."""
    engines = {database.engine for database in run.definition.databases}
    for program, package in (ALWAYS | _programs(engines)).items():
        try:
            find_program(program, package)
        except MigrationError as error:
            yield str(error)
    if "postgresql" in engines:
        yield from _too_old(run)


def _programs(engines: Iterable[str]) -> dict[str, str]:
    return {program: package for engine in sorted(engines) for program, package in OF_ENGINE[engine].items()}


def _too_old(run: MigrationRun) -> Iterator[str]:
    try:
        client = dump_version(run_engine([find_program("pg_dump", POSTGRESQL_PACKAGE), "--version"]))
    except MigrationError:
        return
    for database in run.definition.databases:
        if database.engine != "postgresql":
            continue
        server = _server_major(run, database)
        if server > client:
            yield (
                f"database {database.name}, source connection {database.source}: is PostgreSQL {server}, and this worker's "
                f"pg_dump is of version {client}, which refuses newer servers; install postgresql-client-{server} on the "
                "workers"
            )


def _server_major(run: MigrationRun, database: Database) -> int:
    """Return the source server's major version, or 0 when it does not answer: the check of databases says so."""
    try:
        return server_version(run.connections.database(database.source, database.engine))[0]
    except Exception:  # each driver has an exception tree of its own
        return 0


def dump_version(text: str) -> int:
    """Return the major version of what `pg_dump --version` prints; 0 when it cannot be read."""
    found = MAJOR.search(text)
    return int(found.group(1)) if found else 0
