"""Object storages as boto3 sees them, with the settings that the connections carry, and requests signed by hand."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials


def open_client(document: Mapping[str, Any], style: str | None = None, **changed: Any) -> Any:
    """Return a client for a connection; `style` and keywords replace its settings."""
    extra = document["extra"]
    settings = dict(extra["config_kwargs"])
    if style:
        settings["s3"] = {"addressing_style": style}
    values = {
        "endpoint_url": extra["endpoint_url"],
        "region_name": extra["region_name"],
        "aws_access_key_id": document["login"],
        "aws_secret_access_key": document["password"],
    }
    config = Config(**settings, retries={"total_max_attempts": 1}, proxies={})
    return boto3.client("s3", **(values | changed), config=config)


@contextmanager
def made_bucket(client: Any) -> Generator[str]:
    """Give a new bucket, removed with all that is in it."""
    name = f"contract-{uuid.uuid4().hex[:10]}"
    client.create_bucket(Bucket=name)
    try:
        yield name
    finally:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            for found in page.get("Contents", []):
                client.delete_object(Bucket=name, Key=found["Key"])
        client.delete_bucket(Bucket=name)


def signed(
    document: Mapping[str, Any],
    method: str,
    url: str,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    said_of_content: str | None = None,
) -> dict[str, Any]:
    """Return the arguments of a signed request, to be sent as they are or changed before.

    `said_of_content` takes the place of the content's hash.
    """
    request = AWSRequest(method=method, url=url, data=content, headers=dict(headers or {}))
    credentials = Credentials(document["login"], document["password"])
    signer = _Signer(credentials, "s3", document["extra"]["region_name"])
    signer.said_of_content = said_of_content
    signer.add_auth(request)
    return {"method": method, "url": url, "content": content, "headers": dict(request.headers)}


class _Signer(S3SigV4Auth):
    said_of_content: str | None = None

    def payload(self, request: AWSRequest) -> str:
        return self.said_of_content or str(super().payload(request))


def send(request: Mapping[str, Any], **changed: Any) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=10) as client:
        return client.request(**{**request, **changed})
