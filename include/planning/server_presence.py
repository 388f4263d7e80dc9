"""Tell whether the target servers of databases are there, or are made after the plan is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cloud import Cloud
from include.cloud.instances import ACTIVE, find_instance

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun


def is_server_there(run: MigrationRun, database: Database) -> bool:
    """Say whether the target server of an entry can be asked now."""
    if database.rds is None:
        return True
    cloud = Cloud(run.connections.cloud(database.rds.connection))
    found = find_instance(cloud, database.rds.instance)
    return found is not None and found.status == ACTIVE and bool(found.private_ips)


def are_servers_there(run: MigrationRun) -> bool:
    """Say whether every target server can be asked now."""
    return all(is_server_there(run, one) for one in run.definition.databases)


def server_label(run: MigrationRun, database: Database) -> str:
    """Return how texts call the target server of an entry: its address, or its name while that is not known."""
    if database.rds is not None and not run.connections.has_host(database.target):
        return f"RDS instance {database.rds.instance}"
    return run.connections.database(database.target, database.engine).address
