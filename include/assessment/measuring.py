"""Ask registries, databases and object storages how much they hold; what does not answer stays unknown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from include.errors import ConnectionDetailsError, MigrationError, PermanentError
from include.inventory.model import ImageUse
from include.inventory.references import parse_reference
from include.planning.database_client import connection_limit, database_size
from include.planning.foreign_errors import explained
from include.planning.image_rows import READERS, pinned
from include.planning.registry import Registry
from include.planning.storage_client import list_objects, open_storage
from include.sizing import KnownSize

if TYPE_CHECKING:
    from include.definition import Bucket, Database
    from include.planning.model import Plan
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
# Listing this many takes a minute or two; a migration lists them all.
MOST_OBJECTS = 1_000_000
UNREACHABLE = "not reachable"
REFUSED = "refused"
MISSING = "it does not exist"
NOT_DEFINED = "its connection is not defined"
NO_CONNECTION = "the definition names no connection for its registry"


@dataclass(frozen=True)
class Measured:
    """Hold sizes of images by reference, and of databases and buckets by the entry's name."""

    images: Mapping[str, KnownSize] = field(default_factory=dict)
    databases: Mapping[str, KnownSize] = field(default_factory=dict)
    buckets: Mapping[str, KnownSize] = field(default_factory=dict)


def measure(run: MigrationRun, images: Sequence[ImageUse]) -> Measured:
    """Ask everything side by side; an assessment needs none of it, so no error leaves here."""
    with ThreadPoolExecutor(READERS) as pool:
        databases = {one.name: pool.submit(_database, run, one) for one in run.definition.databases}
        buckets = {one.name: pool.submit(_bucket, run, one) for one in run.definition.buckets}
        return Measured(
            _images(run, images),
            {name: answer.result() for name, answer in databases.items()},
            {name: answer.result() for name, answer in buckets.items()},
        )


def measured_by_plan(run: MigrationRun, plan: Plan) -> Measured:
    """Return the sizes of the plan's rows; database servers alone are asked again, for the connections they take."""
    with ThreadPoolExecutor(READERS) as pool:
        databases = {one.name: pool.submit(_database, run, one) for one in run.definition.databases}
        return Measured(
            {row.source: KnownSize(row.bytes) for row in plan.items("swr_image_sync", "image")},
            {name: answer.result() for name, answer in databases.items()},
            {
                row.key: KnownSize(row.bytes, int(row.details["objects"]))
                for row in plan.items("obs_sync", "bucket")
            },
        )


def _database(run: MigrationRun, database: Database) -> KnownSize:
    def ask() -> KnownSize:
        access = run.connections.database(database.source, database.engine)
        with explained(f"database {database.name}", "its size stays unknown", access.password):
            size = database_size(access, database.database)
            limit = connection_limit(access)
        return KnownSize(problem=MISSING) if size is None else KnownSize(size, limit)

    return _answer(ask)


def _bucket(run: MigrationRun, bucket: Bucket) -> KnownSize:
    def ask() -> KnownSize:
        access = run.connections.object_storage(bucket.source.connection)
        with explained(f"bucket {bucket.name}", "its size stays unknown", access.secret_key):
            listed = islice(list_objects(open_storage(access), bucket.source.bucket), MOST_OBJECTS + 1)
            sizes = [size for _, size in listed]
        if len(sizes) > MOST_OBJECTS:
            return KnownSize(problem=f"more than {MOST_OBJECTS:,} objects, which take long to list")
        return KnownSize(sum(sizes), len(sizes))

    return _answer(ask)


def _images(run: MigrationRun, images: Sequence[ImageUse]) -> dict[str, KnownSize]:
    """Ask each registry for its login first: one that does not answer is not asked for every image."""
    found = {image.reference: KnownSize(problem=NO_CONNECTION) for image in images}
    settings = run.definition.images
    for source, connection in settings.sources.items():
        theirs = [
            image for image in images if settings.source_of(parse_reference(image.reference).name) == source
        ]
        found |= _images_of(run, connection, theirs)
    return found


def _images_of(run: MigrationRun, connection: str, images: Sequence[ImageUse]) -> dict[str, KnownSize]:
    try:
        registry = Registry(run.connections.registry(connection))
    except ConnectionDetailsError:
        return {image.reference: KnownSize(problem=NOT_DEFINED) for image in images}

    def check() -> KnownSize:
        registry.check_login()
        return KnownSize(0)

    def ask(image: ImageUse) -> KnownSize:
        return _answer(lambda: KnownSize(registry.image(pinned(image)).size))

    try:
        login = _answer(check) if images else KnownSize(0)
        if login.size is None:
            return {image.reference: login for image in images}
        with ThreadPoolExecutor(READERS) as pool:
            return dict(zip((image.reference for image in images), pool.map(ask, images), strict=True))
    finally:
        registry.close()


def _answer(ask: Callable[[], KnownSize]) -> KnownSize:
    try:
        return ask()
    except ConnectionDetailsError as error:
        logger.warning("%s", error)
        return KnownSize(problem=NOT_DEFINED)
    except MigrationError as error:
        logger.warning("%s", error)
        return KnownSize(problem=REFUSED if isinstance(error, PermanentError) else UNREACHABLE)
