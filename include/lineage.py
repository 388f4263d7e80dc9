"""Name what was read and written as data catalogues do: https://openlineage.io/docs/spec/naming."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from include.definition import BucketEnd, Database
    from include.run import MigrationRun

SCHEMES = {"postgresql": "postgres", "mariadb": "mysql"}


class Dataset(NamedTuple):
    """Name one database or bucket: `namespace` says where it is, `name` which it is there."""

    namespace: str
    name: str


class Move(NamedTuple):
    """Say what was copied into what."""

    source: Dataset
    target: Dataset


def moved_datasets(run: MigrationRun, keys: Collection[str]) -> list[Move]:
    """Return the databases and buckets with these keys of the plan, each with what it was copied into."""
    return [*_databases(run, keys), *_buckets(run, keys)]


def _databases(run: MigrationRun, keys: Collection[str]) -> Iterator[Move]:
    for database in run.definition.databases:
        if database.name in keys:
            source = run.connections.database(database.source, database.engine)
            target = run.connections.target_database(database)
            yield Move(_database(database, source.address), _database(database, target.address))


def _database(database: Database, address: str) -> Dataset:
    return Dataset(f"{SCHEMES[database.engine]}://{address}", database.database)


def _buckets(run: MigrationRun, keys: Collection[str]) -> Iterator[Move]:
    for bucket in run.definition.buckets:
        if bucket.name in keys:
            yield Move(_bucket(run, bucket.source), _bucket(run, bucket.target))


def _bucket(run: MigrationRun, end: BucketEnd) -> Dataset:
    """Return a bucket with its service's host: both sides often have one name, which would be one dataset."""
    endpoint = run.connections.object_storage(end.connection).endpoint_url
    return Dataset(f"s3://{endpoint.partition('://')[2]}", end.bucket)
