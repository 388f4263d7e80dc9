"""Plan the rows of databases and buckets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.planning.database_client import database_size
from include.planning.foreign_errors import explained
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds
from include.planning.server_presence import is_server_there, server_label
from include.planning.storage_client import open_storage

if TYPE_CHECKING:
    from include.definition import Bucket, Database
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def database_rows(run: MigrationRun) -> list[PlanItem]:
    """Return one row per database, with its size on the source server."""
    return [_database_row(run, database) for database in run.definition.databases]


def bucket_rows(run: MigrationRun) -> list[PlanItem]:
    """Return one row per bucket, with the number and size of its objects, and one for each of its settings."""
    return [row for bucket in run.definition.buckets for row in _bucket_rows(run, bucket)]


def _database_row(run: MigrationRun, database: Database) -> PlanItem:
    source = run.connections.database(database.source, database.engine)
    place = f"database {database.name}, source {source.address}"
    with explained(place, "check that it is up and the connection may read it", source.password):
        size = database_size(source, database.database) or 0
    return PlanItem(
        key=database.name,
        phase="rds_dump_restore",
        kind="database",
        source=f"{database.engine} {database.database} on {source.address}",
        target=f"{database.engine} {database.database} on {server_label(run, database)}",
        action="copy",
        bytes=size,
        predicted_seconds=predict_seconds("database", size),
        details={
            "name": database.name,
            "engine": database.engine,
            "mode": database.mode,
            # its server is made later, and asked then
            "is_late": not is_server_there(run, database),
        },
    )


def _bucket_rows(run: MigrationRun, bucket: Bucket) -> list[PlanItem]:
    from include.objects.census import known_census
    from include.objects.setting_rows import setting_rows

    source = run.connections.object_storage(bucket.source.connection)
    target = run.connections.object_storage(bucket.target.connection)
    place = f"bucket {bucket.source.bucket} at {source.endpoint_url}"
    with explained(place, "check that it is up and the connection may list it", source.secret_key):
        census = known_census(run, bucket)
        settings = list(setting_rows(bucket, open_storage(source)))
    logger.info("Bucket %s holds %s objects", bucket.source.bucket, census.objects)
    row = PlanItem(
        key=bucket.name,
        phase="obs_sync",
        kind="bucket",
        source=place,
        target=f"bucket {bucket.target.bucket} at {target.endpoint_url}",
        action="copy",
        bytes=census.bytes,
        predicted_seconds=predict_seconds("bucket", census.bytes),
        details={"name": bucket.name, "objects": census.objects, "requests": census.requests()},
    )
    return [row, *settings]
