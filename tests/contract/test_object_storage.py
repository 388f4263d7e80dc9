"""Both object storages verify signatures and give back what was put, whatever its key."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from tests.contract.storage_client import made_bucket, open_client, send, signed

pytestmark = pytest.mark.lab
STORAGES = ("source_s3", "obs")
KEYS = (
    "with space",
    "plus+plus",
    "percent%25%",
    "ünïcode/日本語😀",
    "question?x=1&y=2#z",
    "quote'\"<&>",
    "a=b;c,d:e@f!*()~",
)
MIB = 2**20


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, connections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return connections[request.param]


@pytest.fixture
def client(storage: dict[str, Any]) -> Any:
    return open_client(storage)


@pytest.fixture
def bucket(client: Any) -> Generator[str]:
    with made_bucket(client) as name:
        yield name


def refusal(call: Any, **arguments: Any) -> tuple[int, str]:
    """Return the status and the code with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    response = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_a_wrong_secret_is_refused(storage: dict[str, Any]) -> None:
    wrong = open_client(storage, aws_secret_access_key="x" * 40)
    assert refusal(wrong.list_buckets) == (403, "SignatureDoesNotMatch")


def test_an_unknown_access_key_is_refused(storage: dict[str, Any]) -> None:
    wrong = open_client(storage, aws_access_key_id="X" * 20)
    assert refusal(wrong.list_buckets) == (403, "InvalidAccessKeyId")


def test_who_has_no_key_is_refused(storage: dict[str, Any]) -> None:
    answer = httpx.get(f"{storage['extra']['endpoint_url']}/", trust_env=False)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text


def test_the_sides_have_keys_of_their_own(connections: dict[str, dict[str, Any]]) -> None:
    one, other = (connections[name] for name in STORAGES)
    crossed = open_client(one, aws_access_key_id=other["login"], aws_secret_access_key=other["password"])
    assert refusal(crossed.list_buckets) == (403, "InvalidAccessKeyId")


def test_a_signature_is_for_one_request_only(storage: dict[str, Any]) -> None:
    request = signed(storage, "GET", f"{storage['extra']['endpoint_url']}/")
    assert send(request).status_code == 200
    assert send(request, method="DELETE").status_code >= 400
    assert send(request, url=f"{request['url']}?versioning").status_code == 403


def test_content_that_is_not_what_was_signed_is_refused(client: Any, bucket: str) -> None:
    # a presigned address leaves the content open: the header binds it
    url = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert httpx.put(url, content=b"any", trust_env=False).status_code == 200
    assert httpx.put(f"{url[:-4]}0000", content=b"any", trust_env=False).status_code == 403


def test_wrong_md5_is_refused(client: Any, bucket: str) -> None:
    wrong = "XrY7u+Ae7tCTyyK7j1rNww=="
    status, code = refusal(client.put_object, Bucket=bucket, Key="k", Body=b"other", ContentMD5=wrong)
    assert (status, code) == (400, "BadDigest")


@pytest.mark.parametrize("key", KEYS)
def test_odd_keys_keep_their_content_and_what_is_said_about_it(client: Any, bucket: str, key: str) -> None:
    said = {"ContentType": "image/png", "CacheControl": "max-age=60", "ContentDisposition": "inline"}
    content = key.encode()
    put = client.put_object(
        Bucket=bucket, Key=key, Body=content, Metadata={"owner": "shop", "a-b": "c d"}, **said
    )
    assert put["ETag"].strip('"') == hashlib.md5(content).hexdigest()
    found = client.get_object(Bucket=bucket, Key=key)
    assert found["Body"].read() == content
    assert found["Metadata"] == {"owner": "shop", "a-b": "c d"}
    assert {name: found[name] for name in said} == said
    listed = client.list_objects_v2(Bucket=bucket)["Contents"]
    assert [(one["Key"], one["ETag"]) for one in listed] == [(key, put["ETag"])]


def test_an_empty_object_is_kept(client: Any, bucket: str) -> None:
    client.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert client.head_object(Bucket=bucket, Key="empty")["ContentLength"] == 0


def test_the_tag_of_an_object_in_parts_is_made_of_its_parts(client: Any, bucket: str) -> None:
    content = os.urandom(17 * MIB)
    parts = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
    client.upload_fileobj(
        io.BytesIO(content), bucket, "parts", ExtraArgs={"Metadata": {"k": "v"}}, Config=parts
    )
    sums = b"".join(
        hashlib.md5(content[at : at + 8 * MIB]).digest() for at in range(0, len(content), 8 * MIB)
    )
    head = client.head_object(Bucket=bucket, Key="parts")
    assert head["ETag"].strip('"') == f"{hashlib.md5(sums).hexdigest()}-3"
    assert head["Metadata"] == {"k": "v"}
    assert client.get_object(Bucket=bucket, Key="parts")["Body"].read() == content


def test_a_long_listing_comes_in_pages(client: Any, bucket: str) -> None:
    for number in range(25):
        client.put_object(Bucket=bucket, Key=f"folder/{number:02}", Body=b"x")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 10})
    counts = [page["KeyCount"] for page in pages]
    assert counts == [10, 10, 5]


def test_a_bucket_that_is_not_there_is_told_as_such(client: Any) -> None:
    assert refusal(client.list_objects_v2, Bucket="contract-no-such-bucket") == (404, "NoSuchBucket")
