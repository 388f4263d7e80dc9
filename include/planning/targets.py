"""Prepare what the migration writes into: buckets are made and marked, databases are claimed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from include.ledger import Proof
from include.ledger.records import Action
from include.planning.foreign_errors import explained
from include.planning.model import PlanItem
from include.planning.ownership import is_database_ours, mark_bucket, mark_database
from include.planning.resource_rows import PHASE, resource_row
from include.planning.server_presence import server_label
from include.planning.storage_client import bucket_exists, make_bucket, open_storage

if TYPE_CHECKING:
    from include.definition import Database
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TargetBucket:
    """Name one bucket of the target side, and what it is for."""

    connection: str
    bucket: str
    purpose: str


def target_buckets(run: MigrationRun) -> list[TargetBucket]:
    """Return every bucket the migration writes into."""
    definition = run.definition
    return [
        *(TargetBucket(row.target.connection, row.target.bucket, row.name) for row in definition.buckets),
        TargetBucket(definition.velero.connection, definition.velero.bucket, "backup of the objects"),
        TargetBucket(definition.volumes.connection, definition.volumes.bucket, "content of the volumes"),
    ]


def target_rows(run: MigrationRun) -> list[PlanItem]:
    """Return the rows of the resources that have to be ready in the target cloud."""
    rows = [
        resource_row(f"bucket/{row.bucket}", f"bucket for {row.purpose}", f"bucket {row.bucket}")
        for row in target_buckets(run)
    ]
    for database in run.definition.databases:
        rows.append(
            resource_row(
                f"database/{database.name}",
                f"server for database {database.name}",
                f"{database.engine} on {server_label(run, database)}",
            )
        )
    return rows


def prepare_targets(run: MigrationRun) -> None:
    """Make missing target buckets, mark all targets as this migration's, and record a proof for each.

    Target databases are made by their copy; here they are claimed, so that a second run finds them as its own.
    """
    for bucket in target_buckets(run):
        _record(run, f"bucket/{bucket.bucket}", partial(_prepare_bucket, run, bucket))
    for database in run.definition.databases:
        _record(run, f"database/{database.name}", partial(_prepare_database, run, database))


def _prepare_bucket(run: MigrationRun, target: TargetBucket) -> tuple[Action, str]:
    access = run.connections.object_storage(target.connection)
    client = open_storage(access)
    action: Action = "already_equal"
    if not bucket_exists(client, target.bucket):
        make_bucket(client, target.bucket, access.region)
        action = "copied"
        logger.info("Made bucket %s", target.bucket)
    mark_bucket(client, target.bucket, run.definition.name)
    return action, "ready" if bucket_exists(client, target.bucket) else "missing"


def _prepare_database(run: MigrationRun, database: Database) -> tuple[Action, str]:
    access = run.connections.target_database(database)
    mark_database(access, database.database, run.definition.name)
    is_ours = is_database_ours(access, database.database, run.definition.name)
    return "already_equal", "ready" if is_ours else "not marked"


def _record(run: MigrationRun, key: str, prepare: Callable[[], tuple[Action, str]]) -> None:
    row = next(row for row in target_rows(run) if row.key == key)
    started = time.monotonic()
    with explained(f"{row.source} ({row.target})", "check that it is up and the connection may write there"):
        action, seen = prepare()
    run.ledger.record_item(PHASE, row.record(action, seconds=time.monotonic() - started))
    proof = Proof(method="the service answers for it", source="ready", target=seen, equal=seen == "ready")
    run.ledger.record_proof(PHASE, key, proof)
