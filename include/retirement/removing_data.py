"""Remove what the migration has left in databases and buckets: slots, publications, notes, claims and markers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.databases import drop_followers
from include.errors import ProofError
from include.ledger import Proof
from include.objects import abort_all_uploads
from include.objects.jobs import STATE_KEY
from include.planning.database_client import open_database
from include.planning.foreign_errors import explained
from include.planning.ownership import marker_key
from include.planning.server_notes import count_notes, remove_notes
from include.planning.storage_client import open_storage
from include.retirement.records import record

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.definition import Bucket, Database
    from include.run import MigrationRun

REMEDY = "make its server answer, and give the connection the right to remove what the migration made, then clear the task"
SLOTS = "select 'slot ' || slot_name from pg_replication_slots where database = current_database() and slot_name like %s"
PUBLICATIONS = "select 'publication ' || pubname from pg_publication where pubname like %s"
SCHEMAS = "select 'schema ' || nspname from pg_namespace where nspname = %s"


def remove_from_databases(run: MigrationRun) -> None:
    """Remove slots, publications, triggers and notes of this migration from all database servers, and prove it.

    :raises ProofError: naming what is left.
    """
    started = time.monotonic()
    drop_followers(run, back=True)
    left: list[str] = []
    for database in run.definition.databases:
        with explained(f"database {database.name}", REMEDY):
            target = run.connections.target_database(database)
            remove_notes(target, run.definition.name)
            left += [f"{name} of {database.name}" for name in _left_in_database(run, database, target)]
    _record(run, "installation/databases", "database servers", left, started)


def remove_from_buckets(run: MigrationRun) -> None:
    """Remove markers and unfinished uploads of this migration from the target's buckets, and prove it.

    :raises ProofError: naming what is left.
    """
    started = time.monotonic()
    abort_all_uploads(run)
    left: list[str] = []
    for bucket in run.definition.buckets:
        with explained(f"bucket {bucket.target.bucket}", REMEDY):
            left += _unmark(run, bucket)
    _record(run, "installation/buckets", "buckets of the target", left, started)


def _left_in_database(run: MigrationRun, database: Database, target: DatabaseAccess) -> Iterator[str]:
    notes = count_notes(target, run.definition.name)
    if notes:
        yield f"{notes} notes on {target.address}"
    if database.engine != "postgresql":
        return
    from include.databases.postgresql.definitions import FOLLOWER, FOLLOWING

    for access in (run.connections.database(database.source, database.engine), target):
        for query, name in ((SLOTS, f"{FOLLOWER}%"), (PUBLICATIONS, f"{FOLLOWER}%"), (SCHEMAS, FOLLOWING)):
            with open_database(access, database.database) as cursor:
                cursor.execute(query, (name,))
                yield from (f"{row[0]} on {access.address}" for row in cursor.fetchall())


def _unmark(run: MigrationRun, bucket: Bucket) -> Iterator[str]:
    """Delete the markers of a bucket, and yield those that are there after that."""
    client: Any = open_storage(run.connections.object_storage(bucket.target.connection))
    name = bucket.target.bucket
    keys = {marker_key(run.definition.name), STATE_KEY.format(migration=run.definition.name)}
    for key in sorted(keys):
        client.delete_object(Bucket=name, Key=key)
    for key in sorted(keys):
        answer = client.list_objects_v2(Bucket=name, Prefix=key)
        yield from (f"{name}/{key}" for row in answer.get("Contents") or [] if row["Key"] == key)


def _record(run: MigrationRun, key: str, place: str, left: list[str], started: float) -> None:
    proof = Proof(method="what the migration made there", source=[], target=left, equal=not left)
    problem = f"{', '.join(left)}: still there; remove it by hand"
    text = f"installation in the {place}"
    if told := record(run, key, text, "removed", proof, time.monotonic() - started, problem):
        raise ProofError(told, "not everything could be removed")
