"""Source buckets can be listed; target buckets are absent, empty or ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.errors import ConnectionDetailsError, shorten
from include.planning.ownership import marker_key
from include.planning.storage_client import bucket_exists, error_code, open_storage
from include.planning.targets import target_buckets

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what is wrong with each bucket, on both sides."""
    for bucket in run.definition.buckets:
        yield from _check(run, bucket.source.connection, bucket.source.bucket, is_target=False)
    for target in target_buckets(run):
        yield from _check(run, target.connection, target.bucket, is_target=True)
    yield from _shared(run)


def _shared(run: MigrationRun) -> Iterator[str]:
    """Yield buckets that are one behind two connections: what is written there would delete or overwrite the other's."""
    sources = [
        (f"the source of {row.name}", row.source.connection, row.source.bucket)
        for row in run.definition.buckets
    ]
    targets = [(f"the bucket for {row.purpose}", row.connection, row.bucket) for row in target_buckets(run)]
    used: dict[tuple[str, str], str] = {}
    for purpose, connection, bucket in [*sources, *targets]:
        place = (run.connections.object_storage(connection).endpoint_url.lower(), bucket)
        other = used.setdefault(place, purpose)
        # Several copies of one source are nobody's harm.
        if (purpose, connection, bucket) in targets and other != purpose:
            yield f"bucket {bucket} at {place[0]} (connection {connection}): is {other}, too; name another"


def _check(run: MigrationRun, connection: str, bucket: str, *, is_target: bool) -> Iterator[str]:
    try:
        access = run.connections.object_storage(connection)
    except ConnectionDetailsError:
        return
    place = f"bucket {bucket} at {access.endpoint_url} (connection {connection})"
    client = open_storage(access)
    try:
        if not bucket_exists(client, bucket):
            if not is_target:
                yield f"{place}: does not exist; correct the definition"
        elif is_target and not is_free_or_ours(client, bucket, run.definition.name):
            yield (
                f"{place}: holds objects and is not marked as of migration {run.definition.name}; "
                "empty it, or name another"
            )
    except Exception as error:  # boto3 makes its exceptions at run time
        yield f"{place}: cannot be listed: {error_code(error)} {shorten(str(error), 160)}; check keys, address and rights"


def is_free_or_ours(client: Any, bucket: str, migration: str) -> bool:
    """Say whether a bucket holds nothing, or this migration's marker."""
    if not client.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents"):
        return True
    key = marker_key(migration)
    found = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents") or []
    return any(entry["Key"] == key for entry in found)
