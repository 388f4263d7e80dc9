"""Write down what is set at the source's buckets when the plan is made, as hashes that are compared later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.objects.bucket_settings import RECREATED, REPORTED, plain, read_setting
from include.planning.foreign_errors import explained
from include.planning.storage_client import open_storage

if TYPE_CHECKING:
    from include.definition import Bucket
    from include.run import MigrationRun

DOCUMENT = "bucket-settings"
THREADS = 4

Marks = dict[str, str]


def note_settings(run: MigrationRun) -> None:
    """Write down hashes of what is set at each source bucket, for later looks.

    :raises TemporaryError: when a store does not answer.
    """
    buckets = run.definition.buckets
    marks = marks_of(run, buckets)
    run.ledger.write(DOCUMENT, {one.name: found for one, found in zip(buckets, marks, strict=True)})


def marks_of(run: MigrationRun, buckets: list[Bucket]) -> list[Marks]:
    """Return for each source bucket the hash of each setting, by slug; what the store does not tell is left out.

    :raises TemporaryError: when a store does not answer.
    """
    return run_side_by_side(lambda bucket: _marks(run, bucket), buckets, THREADS, name="settings")


def _marks(run: MigrationRun, bucket: Bucket) -> Marks:
    from botocore.exceptions import ClientError

    access = run.connections.object_storage(bucket.source.connection)
    marks: Marks = {}
    with explained(f"bucket {bucket.name}", "check that its store is up", access.secret_key):
        client = open_storage(access)
        for setting in (*RECREATED, *REPORTED):
            try:
                value = read_setting(client, bucket.source.bucket, setting)
            except ClientError:
                continue
            text = json.dumps(plain(json.loads(json.dumps(value, default=str))), sort_keys=True)
            marks[setting.slug] = hashlib.sha256(text.encode()).hexdigest()
    return marks
