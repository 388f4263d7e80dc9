"""Documents are read once, and again when they were written anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from include.ledger import Ledger
from include.live.documents import Documents
from include.live.listing import StoreListing, listing_of
from tests.builders.runs import item, ledger


def shape(document: dict[str, object]) -> object:
    return document["key"], document["bytes"]


def other_shape(document: dict[str, object]) -> object:
    return document["kind"]


@pytest.fixture
def book(tmp_path: Path) -> Ledger:
    made = ledger(tmp_path)
    for key in ("one", "two"):
        made.record_item("obs_sync", item(key, bytes=1))
    return made


def age(folder: Path) -> None:
    """Have a folder be as old as one that nobody has written into for a while."""
    moment = folder.stat().st_mtime - 60
    os.utime(folder, (moment, moment))


def test_what_was_not_written_anew_is_not_read_again(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Documents(book.folder)
    age(Path(str(book.folder)) / "items/obs_sync")
    first = documents.all("items", shape)
    monkeypatch.setattr("include.ledger.storage.DocumentFolder.get", lambda *_: pytest.fail("read again"))
    assert documents.all("items", shape) is first
    assert sorted(first.values()) == [("one", 1), ("two", 1)]


def test_a_document_that_is_written_anew_is_read_again(book: Ledger) -> None:
    documents = Documents(book.folder)
    documents.all("items", shape)
    for size in range(2, 30):
        book.record_item("obs_sync", item("one", bytes=size))
        assert ("one", size) in documents.all("items", shape).values()


def test_new_and_removed_documents_are_seen(book: Ledger) -> None:
    documents = Documents(book.folder)
    documents.all("items", shape)
    book.record_item("rds_dump_restore", item("three", "rds_dump_restore", bytes=3))
    book.remove_item("obs_sync", "two")
    assert sorted(documents.all("items", shape).values()) == [("one", 1), ("three", 3)]


def test_one_document_can_be_asked_for_in_two_shapes(book: Ledger) -> None:
    documents = Documents(book.folder)
    assert documents.one("items/obs_sync/one", shape) == ("one", 1)
    assert documents.one("items/obs_sync/one", other_shape) == "bucket"


def test_what_is_not_there_or_is_no_json_is_nothing(book: Ledger) -> None:
    documents = Documents(book.folder)
    (Path(str(book.folder)) / "plan.json").write_text("{half")
    assert documents.one("plan") is None
    assert documents.one("nothing") is None
    assert documents.all("nothing", shape) == {}


def test_a_ledger_in_an_object_store_is_listed_with_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    from upath import UPath

    root = UPath("memory://ledgers-of-the-pages")
    Ledger(root, "lab", "one").record_item("obs_sync", item("one", bytes=1))
    folder = root / "lab" / "one"
    assert isinstance(listing_of(folder), StoreListing)
    documents = Documents(folder)
    assert list(documents.all("items", shape).values()) == [("one", 1)]
    monkeypatch.setattr("include.live.listing.SECONDS_BETWEEN_LISTS", 0.0)
    Ledger(root, "lab", "one").record_item("obs_sync", item("two", bytes=22))
    assert sorted(documents.all("items", shape).values()) == [("one", 1), ("two", 22)]
