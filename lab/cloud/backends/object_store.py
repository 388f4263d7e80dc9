"""Object storage as OMS reaches it: by an access key, wherever the cloud and the region lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PARTS_ABOVE = 8 * 1024 * 1024
# what is carried besides the content; its type always is, the rest on demand (OMS API reference, CreateTask)
_TYPE = "ContentType"
_METADATA = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Metadata")


@dataclass(frozen=True)
class ObjectStore:
    """One region of a cloud's object storage."""

    endpoint: str
    region: str
    style: str = "virtual"

    def open(self, access_key: str, secret_key: str) -> Any:
        """Return a client with a key."""
        # imported here: boto3 takes a while, and most of the lab does without
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(
                s3={"addressing_style": self.style},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=3,
                retries={"total_max_attempts": 2},
                proxies={},
            ),
        )


def objects_of(client: Any, bucket: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a bucket as they are listed."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from page.get("Contents") or []


def copy_object(source: Any, target: Any, places: tuple[str, str], key: str, *, with_metadata: bool) -> int:
    """Copy an object; return its size.

    Neither tags nor Expires come along: nothing in the documents of OMS says that they would.
    """
    answer = source.get_object(Bucket=places[0], Key=key)
    names = (_TYPE, *_METADATA) if with_metadata else (_TYPE,)
    extra = {name: answer[name] for name in names if answer.get(name)}
    place = {"Bucket": places[1], "Key": key}
    size = int(answer["ContentLength"])
    if size > PARTS_ABOVE:
        target.upload_fileobj(answer["Body"], places[1], key, ExtraArgs=extra)
    else:
        target.put_object(**place, Body=answer["Body"].read(), **extra)
    return size
