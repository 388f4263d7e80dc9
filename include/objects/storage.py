"""Reach both ends of a bucket's copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from include.connections import ObjectStorageAccess
from include.objects.direct import DirectClient
from include.planning.storage_client import open_storage

# A signed request costs most of its time waiting: more threads than processors.
THREADS = 16
BLOCK = 1 << 20
STANDARD = "STANDARD"


class Entry(NamedTuple):
    """Hold what a listing tells of an object; `etag` without its quotes, `modified` in UTC."""

    key: str
    size: int
    etag: str
    modified: datetime
    storage_class: str = STANDARD

    @property
    def is_multipart(self) -> bool:
        """Say whether the ETag is one of parts, and not the MD5 of the content."""
        return "-" in self.etag

    @property
    def version(self) -> str:
        """Return what changes whenever content, headers or metadata of the object do."""
        return f"{self.etag} {self.modified.isoformat()}"


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry that a row of a listing is."""
    storage_class = str(row.get("StorageClass") or STANDARD)
    return Entry(
        str(row["Key"]), int(row["Size"]), str(row["ETag"]).strip('"'), row["LastModified"], storage_class
    )


def open_client(access: ObjectStorageAccess) -> Any:
    """Return an S3 client for the threads of a copy, on whichever side."""
    client = open_storage(access, connections=THREADS * 2)
    client.meta.events.register_last("before-call.s3", _send_at_once)
    return DirectClient(client, access)


def _send_at_once(params: dict[str, Any], **_: Any) -> None:
    """Send what lies in memory without asking first: boto3 asks before every body, which costs a round trip each."""
    if isinstance(params.get("body"), BytesIO):
        params["headers"].pop("Expect", None)


def content_hash(client: Any, bucket: str, key: str) -> str:
    """Return the SHA-256 of an object, read as a stream."""
    body = client.get_object(Bucket=bucket, Key=key)["Body"]
    return hash_of(body.iter_chunks(BLOCK))


def hash_of(blocks: Iterable[bytes]) -> str:
    """Return the SHA-256 of a stream."""
    hasher = hashlib.sha256()
    for block in blocks:
        hasher.update(block)
    return hasher.hexdigest()
