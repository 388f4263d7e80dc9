"""Refuse to go on when a database or a bucket of the definition is no longer there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.planning.database_client import database_size
from include.planning.foreign_errors import explained
from include.planning.storage_client import bucket_exists, open_storage

if TYPE_CHECKING:
    from include.definition import Bucket, Database
    from include.run import MigrationRun

WORKERS = 8
REMEDY = "make it available again, or take it out of the definition and trigger a new run"


def refuse_gone_data(run: MigrationRun) -> None:
    """Ask every source for its databases and buckets.

    :raises PreflightError: with each that is gone.
    :raises TemporaryError: when a server does not answer.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = [pool.submit(_database, run, database) for database in run.definition.databases]
        answers += [pool.submit(_bucket, run, bucket) for bucket in run.definition.buckets]
        problems = [problem for answer in answers for problem in answer.result()]
    if problems:
        raise PreflightError(problems)


def _database(run: MigrationRun, database: Database) -> list[str]:
    access = run.connections.database(database.source, database.engine)
    place = f"database {database.name}, source {access.address}"
    with explained(place, "check that it is up and the connection may read it", access.password):
        is_there = database_size(access, database.database) is not None
    return list(_told(f"{place}: {database.database}", is_there=is_there))


def _bucket(run: MigrationRun, bucket: Bucket) -> list[str]:
    access = run.connections.object_storage(bucket.source.connection)
    place = f"bucket {bucket.source.bucket} at {access.endpoint_url}"
    with explained(place, "check that it is up and the connection may list it", access.secret_key):
        is_there = bucket_exists(open_storage(access), bucket.source.bucket)
    return list(_told(place, is_there=is_there))


def _told(place: str, *, is_there: bool) -> Iterator[str]:
    if not is_there:
        yield f"{place} is gone since the plan was made; {REMEDY}"
