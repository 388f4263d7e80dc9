"""Copy single objects between two stores, attributes included.

boto3 in threads rather than rclone: rclone 1.75 is about as fast, but `--metadata` adds `mtime` and `btime` to the user
metadata of every object, drops Expires, tags and empty folder objects, and cuts large objects at other places, so that
their ETags differ: neither the proof nor the second run could compare them.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from include.objects.attributes import from_answer, put_parameters
from include.objects.storage import BLOCK, Entry
from include.planning.storage_client import error_code

WHOLE = 64 * 1024 * 1024
DEFAULT_PART = 8 * 1024 * 1024
SMALLEST_PART = 5 * 1024 * 1024
MOST_PARTS = 10_000
GONE = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


@dataclass(frozen=True)
class BucketPair:
    """Hold both ends of one bucket's copy."""

    source: Any
    source_bucket: str
    target: Any
    target_bucket: str

    def copy(self, entry: Entry) -> int:
        """Copy one object and return its bytes; 0 when it was changed or removed meanwhile, as the next pass sees."""
        from botocore.exceptions import ClientError

        try:
            if entry.is_multipart or entry.size > WHOLE:
                return self._copy_in_parts(entry)
            return self._copy_whole(entry)
        except ClientError as error:
            if error_code(error) in GONE and error.operation_name in {"GetObject", "HeadObject"}:
                return 0
            raise

    def delete(self, key: str) -> None:
        """Remove an object from the target."""
        self.target.delete_object(Bucket=self.target_bucket, Key=key)

    def _copy_whole(self, entry: Entry) -> int:
        answer = self.source.get_object(Bucket=self.source_bucket, Key=entry.key)
        body = answer["Body"].read()
        self.target.put_object(
            Bucket=self.target_bucket, Key=entry.key, Body=body, **self._parameters(entry.key, answer)
        )
        return len(body)

    def _copy_in_parts(self, entry: Entry) -> int:
        """Copy with parts of the source's size, so that the ETag comes out the same."""
        answer = self.source.head_object(Bucket=self.source_bucket, Key=entry.key, IfMatch=entry.etag)
        size, part_size = int(answer["ContentLength"]), self._part_size(entry)
        place = {"Bucket": self.target_bucket, "Key": entry.key}
        upload = self.target.create_multipart_upload(**place, **self._parameters(entry.key, answer))[
            "UploadId"
        ]
        try:
            parts = []
            for number, start in enumerate(range(0, max(size, 1), part_size), start=1):
                with self._range(entry, start, min(start + part_size, size)) as body:
                    part = self.target.upload_part(**place, UploadId=upload, PartNumber=number, Body=body)
                parts.append({"PartNumber": number, "ETag": part["ETag"]})
            self.target.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self.target.abort_multipart_upload(**place, UploadId=upload)
            raise
        return size

    @contextmanager
    def _range(self, entry: Entry, start: int, end: int) -> Generator[IO[bytes]]:
        """Yield a part of an object, in memory only while it is small: many threads hold one each."""
        answer = self.source.get_object(
            Bucket=self.source_bucket,
            Key=entry.key,
            Range=f"bytes={start}-{end - 1}",
            # Parts of two versions must not make one object.
            IfMatch=entry.etag,
        )
        with SpooledTemporaryFile(max_size=DEFAULT_PART * 2) as part:
            for block in answer["Body"].iter_chunks(BLOCK):
                part.write(block)
            part.seek(0)
            yield cast("IO[bytes]", part)

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

    def _parameters(self, key: str, answer: dict[str, Any]) -> dict[str, Any]:
        return put_parameters(from_answer(self.source, self.source_bucket, key, answer))
