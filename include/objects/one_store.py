"""Let a store that holds both buckets copy objects by itself: nothing of them passes through the worker."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event, Semaphore
from typing import Any

from include.connections import ObjectStorageAccess
from include.objects.ahead import run_ahead
from include.objects.storage import THREADS, Entry
from include.objects.uploading import upload
from include.planning.storage_client import error_code

logger = logging.getLogger(__name__)

# By one request, within the time that a client waits for its answer; S3 takes 5 GB.
LARGEST_AT_ONCE = 1 << 30
PARTS_AT_ONCE = 4
# What a login is told that may not read the source's bucket, and what a store answers that copies nothing by itself.
REFUSED = frozenset({"AccessDenied", "403", "NotImplemented", "501", "MethodNotAllowed", "405"})


@dataclass(frozen=True)
class OneStore:
    """Ask the target's client for copies from one bucket into another.

    An ETag that stays is what tells that both are equal. A store that refuses, or gives copies other ETags (of encrypted objects,
    or of parts), is asked no more for objects of that kind: the worker copies them, and hashes them on their way.
    """

    client: Any
    source_bucket: str
    target_bucket: str
    room: Semaphore = field(default_factory=lambda: Semaphore(THREADS))
    whole_ones: Event = field(default_factory=Event)
    ones_in_parts: Event = field(default_factory=Event)

    def takes(self, entry: Entry) -> bool:
        """Say whether an object is copied here."""
        is_fitting = entry.size > 0 if entry.is_multipart else entry.size <= LARGEST_AT_ONCE
        return is_fitting and not self._left(entry).is_set()

    def copy(self, entry: Entry, step: int, parameters: Mapping[str, Any]) -> bool:
        """Copy the version that was listed, with other headers; say whether its copy is known to be equal.

        :param step: bytes of a part, where the object is one of parts.
        """
        from botocore.exceptions import ClientError

        try:
            etag = (
                self._copy_parts(entry, step, parameters)
                if entry.is_multipart
                else self._copy_whole(entry, parameters)
            )
        except ClientError as error:
            if error_code(error) not in REFUSED:
                raise
            return self._leave(entry, f"refuses ({error_code(error)})")
        return etag.strip('"') == entry.etag or self._leave(entry, "gives copies other ETags")

    def _left(self, entry: Entry) -> Event:
        """Return what is set once the worker copies objects of this kind."""
        return self.ones_in_parts if entry.is_multipart else self.whole_ones

    def _leave(self, entry: Entry, why: str) -> bool:
        logger.info(
            "The store of bucket %s %s: the worker copies objects like %r", self.target_bucket, why, entry.key
        )
        self._left(entry).set()
        return False

    def _copy_whole(self, entry: Entry, parameters: Mapping[str, Any]) -> str:
        answer = self.client.copy_object(
            Bucket=self.target_bucket,
            Key=entry.key,
            **self._source(entry),
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
            **parameters,
        )
        return str(answer["CopyObjectResult"]["ETag"])

    def _copy_parts(self, entry: Entry, step: int, parameters: Mapping[str, Any]) -> str:
        place = {"Bucket": self.target_bucket, "Key": entry.key}
        with upload(self.client, place, parameters) as begun:
            starts = enumerate(range(0, entry.size, step), start=1)

            def send(part: tuple[int, int]) -> dict[str, Any]:
                return self._copy_part(entry, part, step, begun.place)

            with closing(run_ahead(send, starts, PARTS_AT_ONCE, self.room)) as sent:
                begun.complete(list(sent))
        return begun.etag

    def _copy_part(
        self, entry: Entry, part: tuple[int, int], step: int, place: Mapping[str, str]
    ) -> dict[str, Any]:
        number, start = part
        answer = self.client.upload_part_copy(
            **place,
            **self._source(entry),
            PartNumber=number,
            CopySourceRange=f"bytes={start}-{min(start + step, entry.size) - 1}",
        )
        return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

    def _source(self, entry: Entry) -> dict[str, Any]:
        # Parts of two versions must not make one object.
        source = {"Bucket": self.source_bucket, "Key": entry.key}
        return {"CopySource": source, "CopySourceIfMatch": entry.etag}


def is_one_store(one: ObjectStorageAccess, other: ObjectStorageAccess) -> bool:
    """Say whether two connections lead to the same store."""
    here, there = ((access.endpoint_url.rstrip("/").lower(), access.region) for access in (one, other))
    return here == there
