"""What an object carries has the same names whoever asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.objects.direct.headers import answer_of, headers_of


def test_parameters_become_headers() -> None:
    carried = {"ContentType": "image/png", "Tagging": "a=b", "Metadata": {"Author": "somebody else"}}
    assert headers_of(carried) == {
        "content-type": "image/png",
        "x-amz-tagging": "a=b",
        "x-amz-meta-author": "somebody else",
    }


@pytest.mark.parametrize(
    "parameters",
    [
        {"PartNumber": 1},
        {"Metadata": {"author": "Zoë"}},
        {"Metadata": {"author": "two  blanks"}},
        {"Metadata": {"author": "line\nbreak"}},
        {"CacheControl": " no-cache"},
        {"Expires": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_is_not_plain_is_left_to_boto3(parameters: dict[str, Any]) -> None:
    assert headers_of(parameters) is None


def test_an_answer_reads_as_boto3_s() -> None:
    headers = {
        "Etag": '"x"',
        "Content-Length": "12",
        "Last-Modified": "Fri, 27 Nov 2026 11:00:00 GMT",
        "X-Amz-Meta-Author": "somebody",
        "X-Amz-Tagging-Count": "2",
        "Expires": "0",
        "Server": "any",
    }
    assert answer_of(headers) == {
        "ETag": '"x"',
        "ContentLength": 12,
        "LastModified": datetime(2026, 11, 27, 11, tzinfo=UTC),
        "Metadata": {"Author": "somebody"},
        "TagCount": 2,
        "ExpiresString": "0",
    }
