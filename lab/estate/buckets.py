"""The part that fills the source's bucket with pictures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lab import addresses
from lab.estate.logins import login_of
from lab.estate.pictures import PART_BYTES, Picture, all_pictures
from lab.parts import Program

BUCKET = "product-pictures"

_THREADS = 16


class BucketsLoaded:
    """Makes the bucket, and puts in it what is not there."""

    name = "buckets-loaded"
    depends_on = ("source-s3",)
    address = f"http://{addresses.SOURCE_S3_HOST}/{BUCKET}"

    def prepare(self) -> None:
        """Put the missing objects, many at once."""
        client = _open_client()
        if not _has_bucket(client):
            client.create_bucket(Bucket=BUCKET)
        known = _keys(client)
        with ThreadPoolExecutor(_THREADS) as pool:
            puts = [pool.submit(_put, client, one) for one in all_pictures() if one.key not in known]
            for put in puts:
                put.result()

    def programs(self) -> list[Program]:
        """Return nothing: the server is a part of its own."""
        return []

    def is_ready(self) -> bool:
        """Say whether every object is there."""
        return {one.key for one in all_pictures()} <= _keys(_open_client())

    def finish(self) -> None:
        """Do nothing more."""


def _open_client() -> Any:
    # imported here: boto3 takes a while, and most of the lab does without
    import boto3
    from botocore.config import Config

    login = login_of("source_s3")
    return boto3.client(
        "s3",
        endpoint_url=login.extra["endpoint_url"],
        region_name=login.extra.get("region_name", addresses.REGION),
        aws_access_key_id=login.user,
        aws_secret_access_key=login.password,
        config=Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=_THREADS,
            connect_timeout=5,
            retries={"mode": "standard", "max_attempts": 5},
        ),
    )


def _has_bucket(client: Any) -> bool:
    return any(row["Name"] == BUCKET for row in client.list_buckets()["Buckets"])


def _keys(client: Any) -> set[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {row["Key"] for page in pages for row in page.get("Contents") or []}


def _put(client: Any, picture: Picture) -> None:
    if picture.in_parts:
        _put_in_parts(client, picture)
    else:
        client.put_object(Bucket=BUCKET, Key=picture.key, Body=picture.make(), **picture.parameters)


def _put_in_parts(client: Any, picture: Picture) -> None:
    place = {"Bucket": BUCKET, "Key": picture.key}
    upload = client.create_multipart_upload(**place, **picture.parameters)["UploadId"]
    content = picture.make()
    parts = []
    for number, start in enumerate(range(0, len(content), PART_BYTES), start=1):
        body = content[start : start + PART_BYTES]
        part = client.upload_part(**place, UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})
