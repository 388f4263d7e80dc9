"""Small bodies are sent without asking first."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from include.connections import ObjectStorageAccess
from include.objects.storage import open_client

ACCESS = ObjectStorageAccess(
    endpoint_url="http://s3.example",
    region="eu-de",
    access_key="key",
    secret_key="secret",
    addressing_style="path",
)


class Nothing(BytesIO):
    """Be an empty answer, as urllib3 has it."""

    def stream(self) -> list[bytes]:
        return [b""]


def headers_of_put(body: IO[bytes]) -> Mapping[str, str]:
    """Return what a PUT of a file would send by boto3; nothing is sent."""
    sent: list[AWSPreparedRequest] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Nothing())

    client = open_client(ACCESS)
    client.meta.events.register("before-send.s3", answer)
    client.put_object(Bucket="b", Key="k", Body=body)
    return dict(sent[0].headers)


def test_what_lies_in_memory_is_sent_at_once() -> None:
    assert "Expect" not in headers_of_put(BytesIO(b"small"))


def test_for_what_lies_on_disk_the_store_is_asked_first() -> None:
    with TemporaryFile() as file:
        file.write(b"large")
        file.seek(0)
        assert headers_of_put(file)["Expect"] == b"100-continue"
