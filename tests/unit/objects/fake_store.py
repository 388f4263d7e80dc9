"""Keep buckets in memory, with the part of boto3's interface that copies use."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from botocore.exceptions import ClientError

CARRIED = ("ContentType", "CacheControl", "Metadata", "Expires", "Tagging")


class Body(BytesIO):
    def iter_chunks(self, size: int) -> Iterator[bytes]:
        while block := self.read(size):
            yield block


class FakeStore:
    """Be an S3 client for one store; its clock moves on with every write."""

    def __init__(self, clock: list[int]) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.uploads: list[dict[str, str]] = []
        self.begins = datetime(2026, 11, 24, tzinfo=UTC)
        self._clock = clock

    def get_paginator(self, name: str) -> Any:
        return Uploads(self) if name == "list_multipart_uploads" else self

    def abort_multipart_upload(self, Bucket: str, Key: str, UploadId: str) -> None:  # ruff: ignore[invalid-argument-name]
        self.uploads.remove({"Key": Key, "UploadId": UploadId})

    def paginate(self, StartAfter: str = "", **_: Any) -> list[dict[str, Any]]:  # ruff: ignore[invalid-argument-name]
        rows = [self._row(key) for key in sorted(self.objects) if key > StartAfter]
        return [{"Contents": rows[:1]}, {"Contents": rows[1:]}]

    def list_objects_v2(self, Bucket: str, MaxKeys: int, StartAfter: str = "") -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        return {"Contents": [self._row(key) for key in sorted(self.objects) if key > StartAfter][:MaxKeys]}

    def _row(self, key: str) -> dict[str, Any]:
        one = self.objects[key]
        return {
            "Key": key,
            "Size": len(one["body"]),
            "ETag": f'"{one["etag"]}"',
            "LastModified": one["modified"],
            "StorageClass": one["carried"].get("StorageClass", "STANDARD"),
        }

    def put_object(self, Bucket: str, Key: str, Body: bytes, **carried: Any) -> dict[str, str]:  # ruff: ignore[invalid-argument-name]
        digest = hashlib.md5(Body)
        said = carried.pop("ContentMD5", None)
        if said and base64.b64decode(said) != digest.digest():
            raise ClientError({"Error": {"Code": "BadDigest", "Message": Key}}, "PutObject")
        self._clock[0] += 1
        self.objects[Key] = {
            "body": Body,
            "etag": digest.hexdigest(),
            "modified": self.begins + timedelta(seconds=self._clock[0]),
            "carried": carried,
        }
        return {"ETag": f'"{digest.hexdigest()}"'}

    def head_object(self, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        one = self._one(Key, "HeadObject")
        carried = {name: value for name, value in one["carried"].items() if name != "Tagging"}
        tags = one["carried"].get("Tagging")
        known = {
            "ContentLength": len(one["body"]),
            "ETag": f'"{one["etag"]}"',
            "LastModified": one["modified"],
        }
        return {**carried, **known, **({"TagCount": 1} if tags else {})}

    def get_object(self, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        one = self._one(Key, "GetObject")
        return {**self.head_object(Bucket, Key), "Body": Body(one["body"])}

    def get_object_tagging(self, Bucket: str, Key: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        pairs = [pair.split("=") for pair in self.objects[Key]["carried"]["Tagging"].split("&")]
        return {"TagSet": [{"Key": name, "Value": value} for name, value in pairs]}

    def delete_object(self, Bucket: str, Key: str) -> None:  # ruff: ignore[invalid-argument-name]
        self.objects.pop(Key, None)

    def _one(self, key: str, operation: str) -> dict[str, Any]:
        if key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": key}}, operation)
        return self.objects[key]


class Uploads:
    """Page through a store's unfinished uploads."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Uploads": [row]} for row in self._store.uploads] or [{}]
