"""A store that copies by itself is believed as far as its ETags tell, and asked no more once it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.connections import ObjectStorageAccess
from include.objects.one_store import LARGEST_AT_ONCE, OneStore, is_one_store
from include.objects.storage import Entry

MIB = 2**20
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class Store:
    """A store that gives copies an ETag of the test's."""

    def __init__(self, etag: str = "", refusal: str = "") -> None:
        self.etag = etag
        self.refusal = refusal
        self.ranges: list[str] = []
        self.aborted = 0

    def copy_object(self, **fields: Any) -> dict[str, Any]:
        self._refuse("CopyObject")
        return {"CopyObjectResult": {"ETag": f'"{self.etag}"'}}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "one"}

    def upload_part_copy(self, **fields: Any) -> dict[str, Any]:
        self._refuse("UploadPartCopy")
        self.ranges.append(
            f"{fields['PartNumber']} {fields['CopySourceRange']} {fields['CopySourceIfMatch']}"
        )
        return {"CopyPartResult": {"ETag": "part"}}

    def complete_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"ETag": f'"{self.etag}"'}

    def abort_multipart_upload(self, **_: Any) -> None:
        self.aborted += 1

    def _refuse(self, operation: str) -> None:
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, operation)


def entry(etag: str = "abc", size: int = 5) -> Entry:
    return Entry("film", size, etag, MOMENT)


def test_an_object_in_parts_is_copied_in_the_same_parts() -> None:
    store = Store("abc-3")

    assert OneStore(store, "one", "other").copy(entry("abc-3", 13 * MIB), 6 * MIB, {})

    assert sorted(store.ranges) == [
        "1 bytes=0-6291455 abc-3",
        "2 bytes=6291456-12582911 abc-3",
        "3 bytes=12582912-13631487 abc-3",
    ]


@pytest.mark.parametrize(
    "store", [Store("other"), Store(refusal="AccessDenied"), Store(refusal="NotImplemented")]
)
def test_what_is_not_known_to_be_equal_is_left_to_the_worker(store: Store) -> None:
    ours = OneStore(store, "one", "other")

    assert ours.takes(entry())
    assert not ours.copy(entry(), 0, {})
    assert not ours.takes(entry())
    assert ours.takes(entry("abc-2"))


def test_parts_that_a_store_refuses_leave_no_upload() -> None:
    store = Store(refusal="AccessDenied")

    assert not OneStore(store, "one", "other").copy(entry("abc-2"), 5, {})
    assert store.aborted == 1


@pytest.mark.parametrize("code", ["NoSuchKey", "PreconditionFailed", "InternalError", "ExpiredToken"])
def test_what_says_nothing_of_copying_is_raised(code: str) -> None:
    ours = OneStore(Store(refusal=code), "one", "other")

    with pytest.raises(ClientError):
        ours.copy(entry(), 0, {})
    assert ours.takes(entry())


def test_what_takes_longer_than_an_answer_may_goes_through_the_worker() -> None:
    ours = OneStore(Store(), "one", "other")

    assert not ours.takes(entry(size=LARGEST_AT_ONCE + 1))
    assert ours.takes(entry("abc-9", LARGEST_AT_ONCE + 1))


@pytest.mark.parametrize(
    ("endpoint", "region", "expected"),
    [
        ("https://OBS.eu-de.example/", "eu-de", True),
        ("https://obs.eu-de.example:8443", "eu-de", False),
        ("https://obs.eu-de.example", "eu-nl", False),
    ],
)
def test_one_store_is_one_address_and_one_region(endpoint: str, region: str, expected: bool) -> None:
    one = ObjectStorageAccess("https://obs.eu-de.example", "eu-de", "key", "of-a-test")

    assert is_one_store(one, ObjectStorageAccess(endpoint, region, "other", "of-a-test")) is expected
