"""Copy single objects between two stores, attributes included, and hash them on their way.

boto3 in threads rather than rclone: rclone 1.75 is about as fast, but `--metadata` adds `mtime` and `btime` to the user
metadata of every object, drops Expires, tags and empty folder objects, and cuts large objects at other places, so that
their ETags differ: neither the proof nor the second run could compare them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from threading import Semaphore
from typing import Any

from include.objects.ahead import run_ahead
from include.objects.attributes import as_on_target, from_answer, put_parameters
from include.objects.one_store import OneStore
from include.objects.spooling import Piece, spooled
from include.objects.storage import BLOCK, THREADS, Entry, hash_of
from include.objects.uploading import upload
from include.objects.written import Written, attributes_digest
from include.planning.storage_client import error_code
from include.throttle import Throttle

WHOLE = 64 * 1024 * 1024
DEFAULT_PART = 8 * 1024 * 1024
SMALLEST_PART = 5 * 1024 * 1024
MOST_PARTS = 10_000
PARTS_AT_ONCE = 4
READING = frozenset({"GetObject", "HeadObject", "CopyObject", "UploadPartCopy"})
GONE = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


@dataclass(frozen=True)
class Copied:
    """Tell what a copy moved; `written` is None when the object was another than the listing had told of, or was copied by its store."""

    size: int = 0
    written: Written | None = None


@dataclass(frozen=True)
class BucketPair:
    """Hold both ends of one bucket's copy."""

    source: Any
    source_bucket: str
    target: Any
    target_bucket: str
    classes: Mapping[str, str] = field(default_factory=dict)
    throttle: Throttle = field(default_factory=lambda: Throttle(lambda: None))
    one_store: OneStore | None = None
    # Parts that wait in memory or on disk at once, of all objects together.
    room: Semaphore = field(default_factory=lambda: Semaphore(THREADS))

    def copy(self, entry: Entry) -> Copied:
        """Copy one object; nothing moves when it was changed or removed meanwhile, as the next pass sees."""
        from botocore.exceptions import ClientError

        try:
            if self._is_copied_in_store(entry):
                return Copied(entry.size)
            if entry.size and (entry.is_multipart or entry.size > WHOLE):
                return self._copy_in_parts(entry)
            return self._copy_whole(entry)
        except ClientError as error:
            if error_code(error) in GONE and error.operation_name in READING:
                return Copied()
            raise

    def delete(self, key: str) -> None:
        """Remove an object from the target."""
        self.target.delete_object(Bucket=self.target_bucket, Key=key)

    def source_hash(self, key: str) -> str:
        """Return the SHA-256 of what the source holds, read at the rate of a copy."""
        answer = self.source.get_object(Bucket=self.source_bucket, Key=key)
        return hash_of(self._blocks(answer))

    def _is_copied_in_store(self, entry: Entry) -> bool:
        """Let the store copy if it can; say whether it did."""
        store = self.one_store
        if store is None or not store.takes(entry):
            return False
        answer = self.source.head_object(Bucket=self.source_bucket, Key=entry.key, IfMatch=entry.etag)
        carried = put_parameters(self._carried(entry.key, answer))
        return store.copy(entry, self._part_size(entry) if entry.is_multipart else 0, carried)

    def _copy_whole(self, entry: Entry) -> Copied:
        answer = self.source.get_object(Bucket=self.source_bucket, Key=entry.key)
        carried = self._carried(entry.key, answer)
        hasher = hashlib.sha256()
        with spooled(self._blocks(answer), int(answer["ContentLength"])) as piece:
            piece.hash_into(hasher)
            put = self.target.put_object(
                Bucket=self.target_bucket,
                Key=entry.key,
                Body=piece.body,
                ContentMD5=piece.md5,
                **put_parameters(carried),
            )
        return Copied(piece.size, _written(entry, answer, hasher.hexdigest(), put["ETag"], carried))

    def _copy_in_parts(self, entry: Entry) -> Copied:
        """Copy with parts of the source's size, so that the ETag comes out the same."""
        answer = self.source.head_object(Bucket=self.source_bucket, Key=entry.key, IfMatch=entry.etag)
        carried = self._carried(entry.key, answer)
        place = {"Bucket": self.target_bucket, "Key": entry.key}
        with upload(self.target, place, put_parameters(carried)) as begun:
            parts, sha256 = self._send_parts(entry, int(answer["ContentLength"]), begun.place)
            begun.complete(parts)
        return Copied(int(answer["ContentLength"]), _written(entry, answer, sha256, begun.etag, carried))

    def _send_parts(
        self, entry: Entry, size: int, place: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], str]:
        """Send the parts, some side by side; return what they became, and the hash of the whole, taken in order."""
        parts: list[dict[str, Any]] = []
        hasher = hashlib.sha256()
        step = self._part_size(entry)
        starts = enumerate(range(0, max(size, 1), step), start=1)

        def send(part: tuple[int, int]) -> tuple[Piece, dict[str, Any]]:
            number, start = part
            return self._send_part(entry, (start, min(start + step, size)), {**place, "PartNumber": number})

        with closing(run_ahead(send, starts, PARTS_AT_ONCE, self.room)) as sent:
            for piece, part in sent:
                with piece:
                    piece.hash_into(hasher)
                parts.append(part)
        return parts, hasher.hexdigest()

    def _send_part(
        self, entry: Entry, ends: tuple[int, int], place: Mapping[str, Any]
    ) -> tuple[Piece, dict[str, Any]]:
        piece = spooled(self._range(entry, *ends), ends[1] - ends[0])
        try:
            answer = self.target.upload_part(**place, Body=piece.body, ContentMD5=piece.md5)
        except BaseException:
            piece.close()
            raise
        return piece, {"PartNumber": place["PartNumber"], "ETag": answer["ETag"]}

    def _range(self, entry: Entry, start: int, end: int) -> Iterator[bytes]:
        """Yield a part of an object; parts of two versions must not make one object."""
        yield from self._blocks(
            self.source.get_object(
                Bucket=self.source_bucket,
                Key=entry.key,
                Range=f"bytes={start}-{end - 1}",
                IfMatch=entry.etag,
            )
        )

    def _blocks(self, answer: Mapping[str, Any]) -> Iterator[bytes]:
        return self.throttle.stream(answer["Body"].iter_chunks(BLOCK))

    def _part_size(self, entry: Entry) -> int:
        """Return the size of the source's parts, or one that makes no more parts than an upload may have."""
        smallest = max(SMALLEST_PART, -(-entry.size // MOST_PARTS))
        if not entry.is_multipart:
            return max(DEFAULT_PART, smallest)
        first = self.source.head_object(Bucket=self.source_bucket, Key=entry.key, PartNumber=1)
        size = int(first["ContentLength"])
        # A store that ignores the part number answers for the whole object.
        is_known = size < entry.size or entry.etag.endswith("-1")
        return max(size if is_known else DEFAULT_PART, smallest)

    def _carried(self, key: str, answer: dict[str, Any]) -> dict[str, Any]:
        return as_on_target(from_answer(self.source, self.source_bucket, key, answer), self.classes)


def _written(
    entry: Entry, answer: Mapping[str, Any], sha256: str, etag: str, carried: Mapping[str, Any]
) -> Written | None:
    """Return what is known of a copy; None when the source was written to between its listing and its reading.

    The date of an answer has no fractions of a second, that of a listing may.
    """
    read = (str(answer["ETag"]).strip('"'), int(answer["LastModified"].timestamp()))
    if read != (entry.etag, int(entry.modified.timestamp())):
        return None
    return Written(entry.version, sha256, etag.strip('"'), attributes_digest(carried))
