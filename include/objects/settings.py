"""Find settings of a source bucket that do not travel with its objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.inventory.model import Finding
from include.planning.foreign_errors import explained
from include.planning.storage_client import open_storage

if TYPE_CHECKING:
    from include.run import MigrationRun

RULE = "bucket_settings"
SEVERITIES = ("warning",)
WHY = "OBS has only what is set at its own bucket: browsers or clients are refused there, and nothing is ever cleaned up."
# What it is called, the request that asks for it, and the field of the answer that holds it.
SETTINGS = (
    ("former versions of its objects", "get_bucket_versioning", "Status"),
    ("its policy", "get_bucket_policy", "Policy"),
    ("lifecycle rules", "get_bucket_lifecycle_configuration", "Rules"),
    ("CORS rules", "get_bucket_cors", "CORSRules"),
    ("website settings", "get_bucket_website", "IndexDocument"),
    ("replication rules", "get_bucket_replication", "ReplicationConfiguration"),
    ("object lock", "get_object_lock_configuration", "ObjectLockConfiguration"),
)
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


def bucket_findings(run: MigrationRun) -> Iterator[Finding]:
    """Yield a warning for each source bucket with settings: the copy carries objects, not what is set at their bucket.

    :raises TemporaryError: when a store does not answer.
    """
    for bucket in run.definition.buckets:
        access = run.connections.object_storage(bucket.source.connection)
        place = f"bucket {bucket.name}"
        with explained(place, "check that its store is up", access.secret_key):
            found = settings_of(open_storage(access), bucket.source.bucket)
        if found:
            yield Finding(
                RULE,
                "warning",
                place,
                f"has {', '.join(found)} on the source, which are not carried over",
                "set at the target bucket what is needed there; rights of single objects are not carried over either",
                WHY,
            )


def settings_of(client: Any, bucket: str) -> list[str]:
    """Return what is set at a bucket; a store that does not know a setting, or does not tell, has none."""
    found = [name for name, request, field in SETTINGS if _asked(client, request, bucket).get(field)]
    grants = _asked(client, "get_bucket_acl", bucket).get("Grants") or []
    if any((grant.get("Grantee") or {}).get("URI") == EVERYBODY for grant in grants):
        found.append("public access")
    return found


def _asked(client: Any, request: str, bucket: str) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    try:
        answer: dict[str, Any] = getattr(client, request)(Bucket=bucket)
    except ClientError:
        return {}
    return answer
