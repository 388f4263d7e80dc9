"""Plan the rows of databases and buckets."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from include.planning.database_client import database_size
from include.planning.foreign_errors import explained
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds
from include.planning.server_presence import is_server_there, server_label
from include.planning.storage_client import open_storage

if TYPE_CHECKING:
    from include.connections import ObjectStorageAccess
    from include.definition import Bucket, Database
    from include.objects.census import Census
    from include.objects.sharing import Ranges
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def database_rows(run: MigrationRun) -> list[PlanItem]:
    """Return one row per database, with its size on the source server."""
    return [_database_row(run, database) for database in run.definition.databases]


def bucket_rows(run: MigrationRun) -> list[PlanItem]:
    """Return one row per bucket, with the number and size of its objects, and one for each of its settings."""
    from include.objects.sharing import planned_pieces

    known = [(bucket, _census(run, bucket)) for bucket in run.definition.buckets]
    planned = zip(known, planned_pieces(known), strict=True)
    return [row for (bucket, census), pieces in planned for row in _bucket_rows(run, bucket, census, pieces)]


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


def _census(run: MigrationRun, bucket: Bucket) -> Census:
    from include.objects.census import known_census

    with _asking(run, bucket):
        census = known_census(run, bucket)
    logger.info("Bucket %s holds %s objects", bucket.source.bucket, census.objects)
    return census


def _asking(run: MigrationRun, bucket: Bucket) -> AbstractContextManager[None]:
    """Explain why a source bucket does not answer."""
    source = run.connections.object_storage(bucket.source.connection)
    place = _place(source, bucket.source.bucket)
    return explained(place, "check that it is up and the connection may list it", source.secret_key)


def _place(access: ObjectStorageAccess, bucket: str) -> str:
    return f"bucket {bucket} at {access.endpoint_url}"


def _bucket_rows(run: MigrationRun, bucket: Bucket, census: Census, pieces: Ranges) -> list[PlanItem]:
    from include.objects.setting_rows import setting_rows

    source = run.connections.object_storage(bucket.source.connection)
    target = run.connections.object_storage(bucket.target.connection)
    with _asking(run, bucket):
        settings = list(setting_rows(bucket, open_storage(source)))
    row = PlanItem(
        key=bucket.name,
        phase="obs_sync",
        kind="bucket",
        source=_place(source, bucket.source.bucket),
        target=_place(target, bucket.target.bucket),
        action="copy",
        bytes=census.bytes,
        predicted_seconds=predict_seconds("bucket", census.bytes),
        details={
            "name": bucket.name,
            "objects": census.objects,
            "requests": census.requests(in_pieces=bool(pieces)),
            **({"pieces": pieces} if pieces else {}),
        },
    )
    return [row, *settings]
