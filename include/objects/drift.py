"""Find what was set otherwise at the source's buckets since the plan was made: lifecycle and CORS rules, versioning, policies."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.objects.bucket_settings import RECREATED, REPORTED, plain, read_setting
from include.planning.drift import Change
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
    marks = run_side_by_side(lambda bucket: _marks(run, bucket), buckets, THREADS, name="settings")
    run.ledger.write(DOCUMENT, {one.name: found for one, found in zip(buckets, marks, strict=True)})


def bucket_changes(run: MigrationRun) -> list[Change]:
    """Return a change for each bucket of a run at which something is set otherwise than when its plan was made.

    What the store did not tell then, or does not tell now, is no change.

    :raises TemporaryError: when a store does not answer.
    """
    noted = run.ledger.read(DOCUMENT) if run.ledger.exists(DOCUMENT) else {}
    known = [one for one in run.definition.buckets if one.name in noted]
    present = run_side_by_side(lambda bucket: _marks(run, bucket), known, THREADS, name="settings")
    changes = ((one, _changed(noted[one.name], now)) for one, now in zip(known, present, strict=True))
    return [
        Change(object=f"bucket {one.name}", what="changed", details=names) for one, names in changes if names
    ]


def _changed(before: Marks, now: Marks) -> tuple[str, ...]:
    names = {setting.slug: setting.name for setting in (*RECREATED, *REPORTED)}
    return tuple(
        names[slug] for slug in names if slug in before and slug in now and before[slug] != now[slug]
    )


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
