"""What is answered as hoped goes out directly, anything else goes to boto3 from its beginning."""

from __future__ import annotations

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ResponseStreamingError

from include.connections import ObjectStorageAccess
from include.objects.direct import DirectClient

LIKE_S3 = {"ETag": '"e"', "Last-Modified": "Fri, 27 Nov 2026 11:00:00 GMT"}


class Asked(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Answer(NamedTuple):
    """Say what is sent back; `length` is what is announced of the body, its own unless given."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = LIKE_S3
    length: int | None = None


class Store(ThreadingHTTPServer):
    """Answer as told, and keep what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = Answer()
        self.asked: list[Asked] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body, (_, port) = self.rfile.read(length), self.client_address
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, headers, body, port))
        answer = self.server.answer
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        announced = len(answer.body) if answer.length is None else answer.length
        self.send_header("Content-Length", str(announced))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.close_connection = announced != len(answer.body)

    do_HEAD = do_PUT = do_GET  # ruff: ignore[mixed-case-variable-in-class-scope]

    def log_message(self, *_: object) -> None:
        """Be silent."""


class Sdk:
    """Be boto3, which says where a bucket is and what it was left with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.left: list[str] = []

    def generate_presigned_url(self, _: str, Params: dict[str, str]) -> str:  # ruff: ignore[invalid-argument-name]
        return f"{self.url}/{Params['Bucket']}/{Params['Key']}?X-Amz-Signature=x"

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> dict[str, str]:
            self.left.append(name)
            return {"by": "boto3"}

        return call


@pytest.fixture
def store() -> Generator[Store]:
    with Store() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def sdk(store: Store) -> Sdk:
    return Sdk(f"http://127.0.0.1:{store.server_port}")


@pytest.fixture
def client(sdk: Sdk) -> DirectClient:
    access = ObjectStorageAccess(
        endpoint_url=sdk.url, region="eu-de", access_key="key", secret_key="secret", addressing_style="path"
    )
    return DirectClient(sdk, access)


def test_an_object_is_read(store: Store, sdk: Sdk, client: DirectClient) -> None:
    store.answer = Answer(body=b"picture", headers={**LIKE_S3, "x-amz-meta-author": "x"})

    found = client.get_object(Bucket="b", Key="a b/ü", Range="bytes=0-6", IfMatch="e")

    assert b"".join(found["Body"].iter_chunks(3)) == b"picture"
    assert (found["ContentLength"], found["ETag"], found["Metadata"]) == (7, '"e"', {"author": "x"})
    assert (store.asked[0].target, store.asked[0].headers["if-match"]) == ("/b/a%20b/%C3%BC", "e")
    assert sdk.left == []


def test_objects_and_parts_are_written(store: Store, sdk: Sdk, client: DirectClient) -> None:
    client.put_object(Bucket="b", Key="a", Body=b"text", ContentMD5="md5=", Metadata={"n": "1"})
    client.upload_part(Bucket="b", Key="a", UploadId="u/1", PartNumber=2, Body=b"part", ContentMD5="md5=")

    whole, part = store.asked
    assert (whole.body, whole.headers["content-md5"], whole.headers["x-amz-meta-n"]) == (b"text", "md5=", "1")
    assert (part.body, part.target) == (b"part", "/b/a?partNumber=2&uploadId=u%2F1")
    assert sdk.left == []


def test_a_connection_serves_one_request_after_the_other(store: Store, client: DirectClient) -> None:
    client.head_object(Bucket="b", Key="a")
    client.get_object(Bucket="b", Key="a")["Body"].read()
    client.put_object(Bucket="b", Key="a", Body=b"x")
    assert len({one.connection for one in store.asked}) == 1


@pytest.mark.parametrize("status", [301, 403, 404, 412, 429, 503])
def test_a_refusal_is_boto3_s(store: Store, sdk: Sdk, client: DirectClient, status: int) -> None:
    store.answer = Answer(status=status)
    assert client.get_object(Bucket="b", Key="a") == {"by": "boto3"}
    assert client.head_object(Bucket="b", Key="a") == {"by": "boto3"}
    assert client.put_object(Bucket="b", Key="a", Body=b"x") == {"by": "boto3"}
    assert client.upload_part(Bucket="b", Key="a", UploadId="u", PartNumber=1, Body=b"x") == {"by": "boto3"}
    assert sdk.left == ["get_object", "head_object", "put_object", "upload_part"]


def test_an_answer_that_lacks_something_is_boto3_s(store: Store, client: DirectClient) -> None:
    store.answer = Answer(headers={"ETag": '"e"'})
    assert client.head_object(Bucket="b", Key="a") == {"by": "boto3"}


def test_a_store_that_is_not_there_is_boto3_s(store: Store, client: DirectClient) -> None:
    store.server_close()
    assert client.put_object(Bucket="b", Key="a", Body=b"x") == {"by": "boto3"}


def test_a_file_and_what_is_not_plain_are_boto3_s(store: Store, sdk: Sdk, client: DirectClient) -> None:
    client.put_object(Bucket="b", Key="a", Body=BytesIO(b"x"))
    client.put_object(Bucket="b", Key="a", Body=b"x", Metadata={"author": "Zoë"})
    client.head_object(Bucket="b", Key="a", PartNumber=1)
    client.delete_object(Bucket="b", Key="a")
    assert sdk.left == ["put_object", "put_object", "head_object", "delete_object"]
    assert store.asked == []


def test_behind_a_proxy_everything_is_boto3_s(
    store: Store, client: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    assert client.head_object(Bucket="b", Key="a") == {"by": "boto3"}
    assert store.asked == []


def test_a_body_that_ends_early_is_an_error(store: Store, client: DirectClient) -> None:
    store.answer = Answer(body=b"pict", length=7)
    found = client.get_object(Bucket="b", Key="a")
    with pytest.raises(ResponseStreamingError):
        found["Body"].read()
