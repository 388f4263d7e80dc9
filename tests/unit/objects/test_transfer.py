"""Large objects travel in parts of the source's size, few enough and never all in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.objects.storage import Entry
from include.objects.transfer import MOST_PARTS, BucketPair
from tests.unit.objects.fake_store import Body

MIB = 1024 * 1024
WRITTEN = datetime(2026, 11, 24, tzinfo=UTC)


class Source:
    """Be a store with one object, uploaded in parts of a size that it may or may not tell."""

    def __init__(self, size: int, part: int | None = None) -> None:
        self.size, self.part = size, part

    def head_object(self, PartNumber: int | None = None, **_: Any) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        size = self.part if PartNumber and self.part else self.size
        return {"ContentLength": size, "ETag": '"x"', "LastModified": WRITTEN}

    def get_object(self, Range: str, **_: Any) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        first, last = (int(number) for number in Range.removeprefix("bytes=").split("-"))
        return {"Body": Body(bytes(last - first + 1))}


class Target:
    """Take parts, and remember how long each was."""

    def __init__(self) -> None:
        self.parts: dict[int, int] = {}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "one"}

    def upload_part(self, Body: Any, PartNumber: int, **_: Any) -> dict[str, str]:  # ruff: ignore[invalid-argument-name]
        self.parts[PartNumber] = len(Body if isinstance(Body, bytes) else Body.read())
        return {"ETag": str(PartNumber)}

    def complete_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"ETag": '"x"'}


def entry(size: int, etag: str) -> Entry:
    return Entry("film.mp4", size, etag, WRITTEN)


@pytest.mark.parametrize(
    ("size", "part", "etag", "lengths"),
    [
        pytest.param(50 * MIB, 20 * MIB, "x-3", [20 * MIB, 20 * MIB, 10 * MIB], id="the source's parts"),
        pytest.param(20 * MIB, None, "x-2", [8 * MIB, 8 * MIB, 4 * MIB], id="parts it does not tell"),
        pytest.param(70 * MIB, None, "x", [8 * MIB] * 8 + [6 * MIB], id="an object put in one piece"),
    ],
)
def test_parts_are_cut_where_the_source_cut_them(
    size: int, part: int | None, etag: str, lengths: list[int]
) -> None:
    target = Target()

    assert BucketPair(Source(size, part), "b", target, "b").copy(entry(size, etag)).size == size

    assert [size for _, size in sorted(target.parts.items())] == lengths


@pytest.mark.parametrize("etag", ["x-20000", "x"])
def test_an_upload_never_has_more_parts_than_it_may_have(etag: str) -> None:
    size = 200 * 1024 * MIB
    pair = BucketPair(Source(size), "b", Target(), "b")

    assert -(-size // pair._part_size(entry(size, etag))) <= MOST_PARTS
