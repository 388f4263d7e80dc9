"""Signatures are those that botocore makes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from include.objects.direct.signing import OF_NOTHING, UNSIGNED, Signer

PUT = {"content-md5": "abc=", "x-amz-meta-origin": "a shop", "x-amz-tagging": "kind=note"}


@pytest.mark.parametrize(
    ("method", "key", "query", "headers", "payload"),
    [
        ("GET", "a.jpg", "", {}, OF_NOTHING),
        ("GET", "ünïcode/日本語 +~()'!", "", {"range": "bytes=0-1", "if-match": "x"}, OF_NOTHING),
        ("PUT", "a//../b", "", PUT, UNSIGNED),
        ("PUT", "film", "partNumber=2&uploadId=a%2Fb", {"content-md5": "abc="}, "0" * 64),
    ],
)
def test_a_signature_is_that_of_botocore(
    method: str, key: str, query: str, headers: dict[str, str], payload: str
) -> None:
    path = f"/bucket/{quote(key, safe='/~')}"
    signer = Signer("key", "secret", "eu-de")
    now = datetime.now(UTC)
    ours = signer.signed(method, path, query, {**headers, "host": "s3.example:8333"}, payload, now=now)

    url = f"http://s3.example:8333{path}" + (f"?{query}" if query else "")
    request = AWSRequest(method, url, headers={**headers, "X-Amz-Content-SHA256": payload})
    request.context["timestamp"] = ours["x-amz-date"]
    theirs = _Signing(Credentials("key", "secret"), "s3", "eu-de")
    text = theirs.string_to_sign(request, theirs.canonical_request(_dated(request, ours["x-amz-date"])))

    assert ours["authorization"].endswith(f"Signature={theirs.signature(text, request)}")


class _Signing(S3SigV4Auth):  # type: ignore[misc,unused-ignore]
    def payload(self, request: AWSRequest) -> str:
        return str(request.headers["X-Amz-Content-SHA256"])


def _dated(request: AWSRequest, moment: str) -> AWSRequest:
    request.headers["X-Amz-Date"] = moment
    return request


def test_a_key_is_made_for_each_day() -> None:
    signer = Signer("key", "secret", "eu-de")
    for day in (1, 1, 2):
        signer.signed("GET", "/", "", {"host": "h"}, OF_NOTHING, now=datetime(2026, 11, day, tzinfo=UTC))
    assert list(signer.keys) == ["20261101", "20261102"]
