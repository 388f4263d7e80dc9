"""Reach both ends of a bucket's copy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.connections import ObjectStorageAccess
from include.planning.ownership import is_marker
from include.planning.storage_client import PAGE, open_storage

# A signed request costs most of its time waiting: more threads than processors.
THREADS = 16
BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """Hold what a listing tells of an object; `etag` without its quotes."""

    key: str
    size: int
    etag: str
    modified: datetime

    @property
    def is_multipart(self) -> bool:
        """Say whether the ETag is one of parts, and not the MD5 of the content."""
        return "-" in self.etag


def open_client(access: ObjectStorageAccess) -> Any:
    """Return a boto3 S3 client with a connection for each thread of a copy, on whichever side."""
    return open_storage(access, connections=THREADS * 2)


def list_entries(client: Any, bucket: str) -> Iterator[Entry]:
    """Yield every object of a bucket but the migration's own markers."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": PAGE}
    )
    for page in pages:
        for row in page.get("Contents") or []:
            key = str(row["Key"])
            if not is_marker(key):
                yield Entry(key, int(row["Size"]), str(row["ETag"]).strip('"'), row["LastModified"])


def listing(client: Any, bucket: str) -> dict[str, Entry]:
    """Return key -> entry of a whole bucket."""
    return {entry.key: entry for entry in list_entries(client, bucket)}


def listing_digest(entries: dict[str, Entry]) -> str:
    """Return one hash over keys, sizes and ETags."""
    hasher = hashlib.sha256()
    for key in sorted(entries):
        entry = entries[key]
        hasher.update(json.dumps([key, entry.size, entry.etag]).encode())
    return hasher.hexdigest()


def content_hash(client: Any, bucket: str, key: str) -> str:
    """Return the SHA-256 of an object, read as a stream."""
    hasher = hashlib.sha256()
    body = client.get_object(Bucket=bucket, Key=key)["Body"]
    for block in body.iter_chunks(BLOCK):
        hasher.update(block)
    return hasher.hexdigest()
