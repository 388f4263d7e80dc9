"""Listings tell what to copy, what to look at closer, and what may be removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from include.objects.attributes import from_answer, put_parameters
from include.objects.catalog import listing_digest
from include.objects.comparing import pairs, verdict
from include.objects.storage import Entry

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _entry(key: str, etag: str = "aa", size: int = 1, minutes: int = 0) -> Entry:
    return Entry(key, size, etag, NOON + timedelta(minutes=minutes))


def test_keys_are_sorted_by_what_is_to_be_done() -> None:
    source = [
        _entry("longer", size=2),
        _entry("missing"),
        _entry("newer", minutes=9),
        _entry("other", etag="bb"),
        _entry("parts", etag="bb-2"),
        _entry("same"),
    ]
    target = [
        _entry("extra"),
        _entry("longer"),
        _entry("newer", minutes=5),
        _entry("other"),
        _entry("parts", etag="cc"),
        _entry("same", minutes=5),
        _entry("z"),
    ]

    found = [((one or other).key, verdict(one, other)) for one, other in pairs(source, target)]  # type: ignore[union-attr]

    assert found == [
        ("extra", "extra"),
        ("longer", "copy"),
        ("missing", "copy"),
        ("newer", "look_closer"),
        ("other", "copy"),
        ("parts", "look_closer"),
        ("same", "equal"),
        ("z", "extra"),
    ]


def test_the_digest_of_a_listing_has_no_dates() -> None:
    one = [_entry("a"), _entry("b")]
    other = [_entry("a"), _entry("b", minutes=3)]

    assert listing_digest(one) == listing_digest(other)
    assert listing_digest(one) != listing_digest(one[:1])


def test_attributes_compare_whatever_case_a_store_gives_metadata() -> None:
    answer = {"ContentType": "image/png", "Metadata": {"Author": "x"}, "ExpiresString": "Tue", "ETag": "e"}

    found = from_answer(None, "b", "k", answer)

    assert found == {"ContentType": "image/png", "Metadata": {"author": "x"}, "Expires": "Tue"}
    assert from_answer(None, "b", "k", {"ContentType": "binary/octet-stream"}) == {}


def test_tags_are_put_as_a_query() -> None:
    assert put_parameters({"Tagging": {"a b": "ü"}}) == {"Tagging": "a+b=%C3%BC"}
