"""Delete the scratch instances of RDS, and empty scratch servers that are lent."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.cloud.instances import find_instance
from include.errors import PermanentError, WaitTimeoutError
from include.planning.database_client import database_size, open_database
from include.planning.ownership import is_database_ours
from include.provisioning.instance import found_instance
from include.rehearsal.names import is_disposable

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

GONE_SECONDS = 1200.0
POLL_SECONDS = 2.0
QUOTES = {"postgresql": '"', "mariadb": "`"}


def remove_servers(run: MigrationRun) -> int:
    """Delete what the rehearsal ordered of RDS, and its databases on servers that are lent; return how many there were.

    :raises PermanentError: when an instance of a disposable name lacks the rehearsal's tag: it stays.
    """
    instances = sum(_delete(cloud, name, run.definition.name) for cloud, name in _instances(run))
    return instances + sum(_drop(run, one) for one in run.definition.databases if one.rds is None)


def left_servers(run: MigrationRun) -> list[str]:
    """Return what is left: instances, and databases on servers that are lent."""
    instances = [f"RDS instance {name}" for cloud, name in _instances(run) if find_instance(cloud, name)]
    lent = [one for one in run.definition.databases if one.rds is None]
    return instances + [f"database {one.database} on {one.target}" for one in lent if _is_there(run, one)]


def _instances(run: MigrationRun) -> Iterator[tuple[Cloud, str]]:
    wanted = {(one.rds.connection, one.rds.instance) for one in run.definition.databases if one.rds}
    for connection, name in sorted(wanted):
        if is_disposable(name):
            yield Cloud(run.connections.cloud(connection)), name


def _delete(cloud: Cloud, name: str, migration: str) -> int:
    document = find_instance(cloud, name)
    if document is None:
        return 0
    found = found_instance(document)
    if found.owner != migration:
        raise PermanentError(
            f"RDS instance {name}: has the name of a rehearsal's, but not its tag; it stays. Delete it in the console of RDS, or "
            "rename it"
        )
    cloud.call("rds", "delete_instance", instance_id=found.id)
    _await_gone(cloud, name)
    logger.info("RDS instance %s is deleted", name)
    return 1


def _await_gone(cloud: Cloud, name: str) -> None:
    ends = time.monotonic() + GONE_SECONDS
    while find_instance(cloud, name) is not None:
        if time.monotonic() >= ends:
            raise WaitTimeoutError(
                f"RDS instance {name}: not deleted after {GONE_SECONDS / 60:.0f} min; look at its task in the console of RDS"
            )
        time.sleep(POLL_SECONDS)


def _is_there(run: MigrationRun, database: Database) -> bool:
    return database_size(run.connections.target_database(database), database.database) is not None


def _drop(run: MigrationRun, database: Database) -> int:
    """Drop a database that carries the rehearsal's mark; what somebody else keeps under its name stays."""
    access: Any = run.connections.target_database(database)
    is_ours = is_database_ours(access, database.database, run.definition.name)
    if not is_ours or not _is_there(run, database):
        return 0
    quote = QUOTES[database.engine]
    name = database.database.replace(quote, quote * 2)
    force = " with (force)" if database.engine == "postgresql" else ""
    with open_database(access) as cursor:
        cursor.execute(f"drop database if exists {quote}{name}{quote}{force}")
    return 1
