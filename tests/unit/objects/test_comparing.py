"""Listings tell what to copy, what to look at closer, and what may be removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from include.objects.attributes import from_answer, put_parameters
from include.objects.comparing import compare_listings, removable, with_unproved
from include.objects.storage import Entry, listing_digest

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _entry(key: str, etag: str = "aa", size: int = 1, minutes: int = 0) -> Entry:
    return Entry(key, size, etag, NOON + timedelta(minutes=minutes))


def _entries(*entries: Entry) -> dict[str, Entry]:
    return {entry.key: entry for entry in entries}


def test_keys_are_sorted_by_what_is_to_be_done() -> None:
    source = _entries(
        _entry("missing"),
        _entry("longer", size=2),
        _entry("other", etag="bb"),
        _entry("parts", etag="bb-2"),
        _entry("newer", minutes=9),
        _entry("same"),
    )
    target = _entries(
        _entry("longer"),
        _entry("other"),
        _entry("parts", etag="cc"),
        _entry("newer", minutes=5),
        _entry("same", minutes=5),
        _entry("extra"),
    )

    found = compare_listings(source, target)

    assert found.copy == ["longer", "missing", "other"]
    assert found.look_closer == ["newer", "parts"]
    assert found.equal == ["same"]
    assert found.extra == ["extra"]


def test_an_unproved_object_is_looked_at_closer() -> None:
    found = compare_listings(_entries(_entry("a"), _entry("b")), _entries(_entry("a"), _entry("b")))

    closer = with_unproved(found, {"a", "gone"})

    assert closer.look_closer == ["a"]
    assert closer.equal == ["b"]


def test_only_what_was_copied_before_may_be_removed() -> None:
    assert removable(["a", "b"], {"b", "c"}) == ["b"]


def test_the_digest_of_a_listing_has_no_order_and_no_dates() -> None:
    one = _entries(_entry("a"), _entry("b"))
    other = _entries(_entry("b", minutes=3), _entry("a"))

    assert listing_digest(one) == listing_digest(other)
    assert listing_digest(one) != listing_digest(_entries(_entry("a")))


def test_attributes_compare_whatever_case_a_store_gives_metadata() -> None:
    answer = {"ContentType": "image/png", "Metadata": {"Author": "x"}, "ExpiresString": "Tue", "ETag": "e"}

    found = from_answer(None, "b", "k", answer)

    assert found == {"ContentType": "image/png", "Metadata": {"author": "x"}, "Expires": "Tue"}
    assert from_answer(None, "b", "k", {"ContentType": "binary/octet-stream"}) == {}


def test_tags_are_put_as_a_query() -> None:
    assert put_parameters({"Tagging": {"a b": "ü"}}) == {"Tagging": "a+b=%C3%BC"}
