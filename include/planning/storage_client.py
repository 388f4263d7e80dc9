"""Ask object storages what planning needs to know, in the way OBS accepts."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from include.connections import ObjectStorageAccess

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 1000
FEW_CONNECTIONS = 10
CONNECT_SECONDS = 10
# A store makes one object of ten thousand parts before it answers.
ANSWER_SECONDS = 60
# The one region that may not be named when a bucket is made in it: S3 takes it for the default.
UNNAMED_REGION = "us-east-1"


def open_storage(access: ObjectStorageAccess, *, connections: int = FEW_CONNECTIONS) -> Any:
    """Return a boto3 S3 client that serves all threads, with so many connections at once.

    OBS refuses path-style addresses and the checksum trailers boto3 sends unless told otherwise.
    """
    from botocore.config import Config

    return _session().client(
        "s3",
        endpoint_url=access.endpoint_url,
        region_name=access.region,
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        config=Config(
            s3={"addressing_style": access.addressing_style},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=connections,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"mode": "standard", "max_attempts": 5},
        ),
    )


@cache
def _session() -> Any:
    """Return what makes clients, with a parser of dates of our own: in a long listing boto3's takes half of the time."""
    import boto3

    session = boto3.Session()
    parsers = session._session.get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=_moment)
    return session


def _moment(text: Any) -> datetime:
    """Return a date of a listing; those of headers are written in another way."""
    from botocore.utils import parse_timestamp

    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return cast("datetime", parse_timestamp(text))


def error_code(error: Exception) -> str:
    """Return the code of a boto3 ClientError, e.g. `NoSuchBucket` or `404`; the class name of any other."""
    response = getattr(error, "response", None)
    code = (response or {}).get("Error", {}).get("Code")
    return str(code) if code else type(error).__name__


def bucket_exists(client: Any, bucket: str) -> bool:
    """Say whether a bucket can be listed; a HEAD alone would answer path-style requests, too."""
    from botocore.exceptions import ClientError

    try:
        client.list_objects_v2(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        if error_code(error) in {"NoSuchBucket", "404"}:
            return False
        raise
    return True


def make_bucket(client: Any, bucket: str, region: str) -> None:
    """Make a bucket in the region of its service: OBS refuses one without it everywhere but in its first region."""
    place = {} if region == UNNAMED_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=bucket, **place)


def list_objects(client: Any, bucket: str) -> Iterator[tuple[str, int]]:
    """Yield key and size of every object of a bucket."""
    for page in client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": PAGE}
    ):
        for entry in page.get("Contents") or []:
            yield str(entry["Key"]), int(entry["Size"])
