"""What OBS would not take is found before the copy, and the requests of a copy are predicted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.objects import census
from include.objects.census import known_census, object_findings
from include.objects.estimate import Estimate, parts_of
from include.objects.limits import (
    CONTROL,
    LARGEST_OBJECT,
    LONG_KEY,
    METADATA,
    NOT_ASCII,
    SLASHES,
    TAGS,
    TOO_LARGE,
    Limit,
    limits_of_answer,
    limits_of_entry,
)
from include.objects.storage import Entry
from tests.builders.runs import run as build_run
from tests.unit.objects.fake_store import FakeStore

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MIB = 2**20


def entry(key: str = "a", size: int = 1, etag: str = "x") -> Entry:
    return Entry(key, size, etag, NOON)


@pytest.mark.parametrize(
    ("one", "limits"),
    [
        (entry("folder/plain.jpg"), []),
        (entry("x" * 1024), []),
        (entry("\N{SNOWMAN}" * 342), [LONG_KEY]),
        (entry("a\nb"), [CONTROL]),
        (entry("a//b"), [SLASHES]),
        (entry("/a"), [SLASHES]),
        (entry("a/../b"), [SLASHES]),
        (entry("a..b/..c"), []),
        (entry(size=LARGEST_OBJECT), []),
        (entry(size=LARGEST_OBJECT + 1), [TOO_LARGE]),
    ],
)
def test_a_listing_shows_limits(one: Entry, limits: list[Limit]) -> None:
    assert list(limits_of_entry(one)) == limits


@pytest.mark.parametrize(
    ("answer", "limits"),
    [
        ({}, []),
        ({"Metadata": {"a": "x" * 2000}, "TagCount": 10}, []),
        ({"Metadata": {"a": "x" * 2048}}, [METADATA]),
        ({"Metadata": {"a": "\N{SNOWMAN}"}}, [NOT_ASCII]),
        ({"TagCount": 11}, [TAGS]),
    ],
)
def test_headers_show_limits(answer: dict[str, Any], limits: list[Limit]) -> None:
    assert list(limits_of_answer(answer)) == limits


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    one = FakeStore([0])
    monkeypatch.setattr(census, "open_storage", lambda _: one)
    return one


def test_everything_is_found_at_once_with_counts_and_examples(store: FakeStore, tmp_path: Path) -> None:
    for number in range(7):
        store.put_object("b", f"a//{number}", b"x")
    store.put_object("b", "x" * 1025, b"x")
    store.put_object("b", "old", b"x", StorageClass="GLACIER")
    store.put_object("b", "older", b"x", StorageClass="DEEP_ARCHIVE", Restore='ongoing-request="false"')
    store.put_object("b", "fine", b"x")

    found = [
        (one.severity, one.message.partition(" times ")[0], one.message)
        for one in object_findings(build_run(tmp_path))
    ]

    assert [(severity, count) for severity, count, _ in found] == [
        ("blocker", "has 1"),
        ("blocker", "has 1"),
        ("warning", "has 7"),
    ]
    assert "in an archive, which cannot be read: 'old'" in found[1][2]
    assert "'a//0', 'a//1', 'a//2', 'a//3', 'a//4'" in found[2][2]


def test_a_healthy_bucket_hears_nothing_and_is_counted(store: FakeStore, tmp_path: Path) -> None:
    for number in range(250):
        store.put_object("b", f"{number}", b"xx", **({"Tagging": "a=b"} if number % 2 else {}))
    run = build_run(tmp_path)

    assert list(object_findings(run)) == []
    known = known_census(run, run.definition.buckets[0])
    assert (known.objects, known.bytes, known.in_parts) == (250, 500, 0)
    assert 0.2 < known.tagged < 0.8


@pytest.mark.parametrize(
    ("one", "parts"),
    [
        (entry(size=64 * MIB), 0),
        (entry(size=65 * MIB), 9),
        (entry(size=20 * MIB, etag="x-3"), 3),
        (entry(size=0, etag="x-1"), 0),
    ],
)
def test_parts_are_counted_as_they_are_copied(one: Entry, parts: int) -> None:
    assert parts_of(one) == parts


def test_requests_are_predicted_by_kind() -> None:
    assert Estimate(objects=2001, in_parts=1, parts=9, tagged=0.5).requests() == {
        "source LIST": 18,
        "source GET": 2009,
        "source HEAD": 2,
        "source tagging": 1000,
        "target LIST": 15,
        "target PUT": 2011,
        "target HEAD": 2001,
        "target tagging": 1000,
    }
