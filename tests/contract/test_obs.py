"""OBS refuses a bucket in the path on anything but HEAD, which real OBS does and others do not."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab import addresses
from tests.contract.storage_client import made_bucket, open_client, send, signed

pytestmark = pytest.mark.lab
PATH_STYLE = ("VirtualHostDomainRequired", 403)


@pytest.fixture
def obs(connections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return connections["obs"]


@pytest.fixture
def bucket(obs: dict[str, Any]) -> Generator[str]:
    with made_bucket(open_client(obs)) as name:
        yield name


@pytest.fixture
def path_style(obs: dict[str, Any]) -> Any:
    return open_client(obs, style="path")


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("put_object", {"Key": "k", "Body": b"x"}),
        ("get_object", {"Key": "k"}),
        ("delete_object", {"Key": "k"}),
        ("list_objects_v2", {}),
        ("create_multipart_upload", {"Key": "k"}),
        ("delete_bucket", {}),
        ("get_bucket_location", {}),
    ],
)
def test_a_bucket_in_the_path_is_refused(
    path_style: Any, bucket: str, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refusal:
        getattr(path_style, method)(Bucket=bucket, **arguments)
    error, answer = refusal.value.response["Error"], refusal.value.response["ResponseMetadata"]
    assert (error["Code"], answer["HTTPStatusCode"]) == PATH_STYLE


def test_no_bucket_is_made_by_a_path(path_style: Any, obs: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="VirtualHostDomainRequired"):
        path_style.create_bucket(Bucket="contract-by-path")
    names = {found["Name"] for found in open_client(obs).list_buckets()["Buckets"]}
    assert "contract-by-path" not in names


def test_head_is_answered_all_the_same_so_it_proves_nothing(
    path_style: Any, obs: dict[str, Any], bucket: str
) -> None:
    open_client(obs).put_object(Bucket=bucket, Key="k", Body=b"x")
    assert path_style.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert path_style.head_object(Bucket=bucket, Key="k")["ContentLength"] == 1


def test_an_address_in_the_place_of_the_name_is_refused_too(obs: dict[str, Any], bucket: str) -> None:
    request = signed(obs, "GET", f"http://{addresses.OBS}/{bucket}/k")
    assert send(request).status_code == 403


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_buckets_are_listed_at_the_services_own_name(obs: dict[str, Any], bucket: str, style: str) -> None:
    names = [found["Name"] for found in open_client(obs, style=style).list_buckets()["Buckets"]]
    assert bucket in names


@pytest.mark.parametrize(
    "kind", ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"]
)
def test_trailing_checksums_are_refused(obs: dict[str, Any], bucket: str, kind: str) -> None:
    content = b"1\r\nx\r\n0\r\nx-amz-checksum-crc32:jNwfpQ==\r\n\r\n"
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        "X-Amz-Decoded-Content-Length": "1",
    }
    url = f"http://{bucket}.{addresses.OBS_HOST}/k"
    answer = send(signed(obs, "PUT", url, content, headers, said_of_content=kind))
    assert answer.status_code == 400
    assert "<Code>XAmzContentSHA256Mismatch</Code>" in answer.text


def test_the_source_takes_a_bucket_in_the_path(
    connections: dict[str, dict[str, Any]],
) -> None:
    client = open_client(connections["source_s3"], style="path")
    with made_bucket(client) as bucket:
        client.put_object(Bucket=bucket, Key="k", Body=b"x")
        assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
