"""Delete the source for good, or parts of it, when a person has chosen that: the last step, after all proofs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from include.errors import ProofError
from include.ledger import Proof
from include.planning.database_client import database_size, open_database
from include.planning.storage_client import bucket_exists, list_objects, open_storage
from include.retirement.choosing import chosen_for_deletion
from include.retirement.records import record
from include.volumes.repository import repository_prefix

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

GONE_SECONDS = 600.0
DELETED_AT_ONCE = 8
Deletion = tuple[str, Callable[[], bool]]


def delete_source(run: MigrationRun) -> int:
    """Delete what was chosen; return how many things that were. Safe to repeat.

    :raises ProofError: naming what is still there.
    """
    chosen = chosen_for_deletion(run)
    deletions: dict[str, Callable[[MigrationRun], Iterator[Deletion]]] = {
        "namespaces": _namespaces,
        "databases": _databases,
        "buckets": _buckets,
        "backups": _backups,
    }
    found = [one for kind in deletions if kind in chosen for one in deletions[kind](run)]
    left = [problem for name, delete in found if (problem := _delete(run, name, delete))]
    if left:
        raise ProofError(left, "not everything could be deleted")
    if not found:
        logger.info("Nothing of the source is deleted: nobody chose it")
    return len(found)


def _delete(run: MigrationRun, name: str, delete: Callable[[], bool]) -> str | None:
    started = time.monotonic()
    logger.warning("%s is deleted", name)
    seen = "gone" if delete() else "there"
    proof = Proof(method="looked for after it was deleted", source="gone", target=seen, equal=seen == "gone")
    problem = f"{name}: is still there; look who keeps it"
    return record(run, f"deleted/{name}", name, "deleted", proof, time.monotonic() - started, problem)


def _namespaces(run: MigrationRun) -> Iterator[Deletion]:
    for name in run.definition.source.namespaces:
        yield f"namespace {name} of the source", partial(_delete_namespace, run, name)


def _delete_namespace(run: MigrationRun, name: str) -> bool:
    path = f"/api/v1/namespaces/{name}"
    if run.source.exists(path):
        run.source.delete(path)
        run.source.wait_for(path, lambda seen: seen is None, GONE_SECONDS, f"Namespace {name} is gone")
    return not run.source.exists(path)


def _databases(run: MigrationRun) -> Iterator[Deletion]:
    for one in run.definition.databases:
        access = run.connections.database(one.source, one.engine)
        yield f"database {one.name} of the source", partial(_drop_database, access, one.database)


def _drop_database(access: DatabaseAccess, name: str) -> bool:
    quote = '"' if access.engine == "postgresql" else "`"
    quoted = f"{quote}{name.replace(quote, quote * 2)}{quote}"
    with open_database(access) as cursor:
        cursor.execute(f"drop database if exists {quoted}")
    return database_size(access, name) is None


def _buckets(run: MigrationRun) -> Iterator[Deletion]:
    for one in run.definition.buckets:
        client = open_storage(run.connections.object_storage(one.source.connection))
        yield f"bucket {one.name} of the source", partial(_delete_bucket, client, one.source.bucket)


def _delete_bucket(client: Any, bucket: str) -> bool:
    if not bucket_exists(client, bucket):
        return True
    versions = client.get_paginator("list_object_versions").paginate(Bucket=bucket)
    rows = (
        row for page in versions for kind in ("Versions", "DeleteMarkers") for row in page.get(kind) or []
    )
    _delete_all(
        lambda row: client.delete_object(Bucket=bucket, Key=row["Key"], VersionId=row["VersionId"]), rows
    )
    keys = (key for key, _ in list_objects(client, bucket))
    _delete_all(lambda key: client.delete_object(Bucket=bucket, Key=key), keys)
    client.delete_bucket(Bucket=bucket)
    return not bucket_exists(client, bucket)


def _backups(run: MigrationRun) -> Iterator[Deletion]:
    velero, volumes = run.definition.velero, run.definition.volumes
    for section, prefix in ((velero, f"{run.definition.name}/"), (volumes, f"{repository_prefix(run)}/")):
        client = open_storage(run.connections.object_storage(section.connection))
        yield f"backups in {section.bucket}/{prefix}", partial(_delete_folder, client, section.bucket, prefix)


def _delete_folder(client: Any, bucket: str, prefix: str) -> bool:
    """Delete the objects below a prefix; one by one, since OBS asks for a digest with a list of them."""
    keys = [key for key, _ in list_objects(client, bucket) if key.startswith(prefix)]
    _delete_all(lambda key: client.delete_object(Bucket=bucket, Key=key), keys)
    return not any(key.startswith(prefix) for key, _ in list_objects(client, bucket))


def _delete_all(delete: Callable[[Any], object], things: Any) -> None:
    with ThreadPoolExecutor(DELETED_AT_ONCE) as pool:
        for _ in pool.map(delete, things):
            pass
