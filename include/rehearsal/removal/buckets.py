"""Empty and remove the scratch buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.planning.foreign_errors import explained
from include.planning.ownership import is_marker, marker_key
from include.planning.storage_client import bucket_exists, open_storage
from include.planning.targets import TargetBucket, target_buckets
from include.rehearsal.names import is_disposable

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_AT_ONCE = 1000
REMEDY = "check that the object storage is up, and that the connection may delete there"


def remove_buckets(run: MigrationRun) -> int:
    """Remove the rehearsal's buckets with every version of every object; return how many there were.

    :raises PermanentError: when one of them holds something and lacks the rehearsal's mark: it stays.
    """
    removed = 0
    for target in target_buckets(run):
        with explained(f"scratch bucket {target.bucket}", REMEDY):
            removed += _remove(run, target)
    return removed


def left_buckets(run: MigrationRun) -> list[str]:
    """Return the names of the rehearsal's buckets that are there."""
    return [one.bucket for one in target_buckets(run) if bucket_exists(_client(run, one), one.bucket)]


def _remove(run: MigrationRun, target: TargetBucket) -> int:
    client = _client(run, target)
    if not is_disposable(target.bucket) or not bucket_exists(client, target.bucket):
        return 0
    _refuse_stranger(client, target.bucket, run.definition.name)
    _abort_uploads(client, target.bucket)
    _empty(client, target.bucket)
    client.delete_bucket(Bucket=target.bucket)
    return 1


def _refuse_stranger(client: Any, bucket: str, migration: str) -> None:
    """A bucket that was made and not marked yet, by a try that was killed, holds nothing."""
    listed = client.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents") or []
    marks = client.list_objects_v2(Bucket=bucket, Prefix=marker_key(migration)).get("Contents") or []
    if listed and not marks:
        raise PermanentError(
            f"bucket {bucket}: has the name of a rehearsal's, but not its mark; it stays. Empty it, or rename it"
        )


def _empty(client: Any, bucket: str) -> None:
    """Remove every version; the mark goes last, so that a killed removal is known by it."""
    versions = [
        {"Key": row["Key"], "VersionId": row["VersionId"]}
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for row in [*(page.get("Versions") or []), *(page.get("DeleteMarkers") or [])]
    ]
    versions.sort(key=lambda row: is_marker(row["Key"]))
    for start in range(0, len(versions), MOST_AT_ONCE):
        some = versions[start : start + MOST_AT_ONCE]
        client.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})


def _abort_uploads(client: Any, bucket: str) -> None:
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads") or []:
            client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def _client(run: MigrationRun, target: TargetBucket) -> Any:
    return open_storage(run.connections.object_storage(target.connection))
