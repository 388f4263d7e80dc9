"""Listings lie on disk, whole and sorted, however many keys there are and in whatever order a store lists them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.objects.catalog import open_catalog
from include.objects.listing import Place, list_into
from include.objects.splitting import WANTED, boundaries
from tests.conftest import ROOT

PAGE = 10
SHOP = [f"img-{number:05d}" for number in range(2000)]
MIXED = sorted({
    *(f"{letter}/{number}" for letter in "abcxyz\N{SNOWMAN}" for number in range(90)),
    "a",
    "a/1/",
    "lone",
})
MOST_MEGABYTES = 300


class Store:
    """List keys in pages, in the order it is told."""

    def __init__(self, keys: list[str], order: Callable[[str], Any] = str) -> None:
        self.keys = sorted(keys, key=order)
        self._order = order
        self.asked: list[str] = []

    def get_paginator(self, _: str) -> Store:
        return self

    def paginate(self, StartAfter: str = "", **_: Any) -> Iterator[dict[str, Any]]:  # ruff: ignore[invalid-argument-name]
        self.asked.append(StartAfter)
        rows = [row(key) for key in self._after(StartAfter)]
        for start in range(0, max(len(rows), 1), PAGE):
            yield {"Contents": rows[start : start + PAGE], "IsTruncated": start + PAGE < len(rows)}

    def list_objects_v2(self, StartAfter: str, MaxKeys: int, **_: Any) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        return {"Contents": [row(key) for key in self._after(StartAfter)[:MaxKeys]]}

    def first_after(self, text: str) -> str | None:
        return next(iter(self._after(text)), None)

    def _after(self, text: str) -> list[str]:
        return [key for key in self.keys if not text or self._order(key) > self._order(text)]


def row(key: str) -> dict[str, Any]:
    return {"Key": key, "Size": 1, "ETag": '"x"', "LastModified": datetime(2026, 11, 24, tzinfo=UTC)}


def listed(store: Store) -> list[str]:
    with open_catalog() as catalog:
        list_into(catalog, {"source": Place(store, "b")})
        return [entry.key for entry in catalog.entries("source")]


def folders_first(key: str) -> list[str]:
    """Order keys as stores do that keep folders: SeaweedFS, versitygw."""
    return key.split("/")


@pytest.mark.parametrize("keys", [SHOP, MIXED], ids=["digits", "folders"])
def test_ranges_are_of_about_the_number_that_is_wanted(keys: list[str]) -> None:
    store = Store(keys)

    edges = boundaries(store.first_after, keys[5])

    assert edges == sorted(edges)
    assert set(edges) <= set(keys[6:])
    assert WANTED / 6 <= len(edges) <= WANTED * 10


@pytest.mark.parametrize("keys", [[], ["one"], ["a", "ab", "abc"]])
def test_few_keys_are_split_as_far_as_they_go(keys: list[str]) -> None:
    assert set(boundaries(Store(keys).first_after, "")) <= set(keys)


@pytest.mark.parametrize("keys", [SHOP, MIXED], ids=["digits", "folders"])
def test_ranges_side_by_side_make_a_whole(keys: list[str]) -> None:
    store = Store(keys)

    assert listed(store) == keys
    assert len(store.asked) > 5


def test_a_store_with_an_order_of_its_own_is_listed_in_one_piece(caplog: pytest.LogCaptureFixture) -> None:
    keys = [f"{folder}{sign}{number}" for folder in ("a", "b", "c") for sign in "-/+" for number in range(90)]
    store = Store(keys, folders_first)

    assert listed(store) == sorted(keys)
    assert "an order of its own" in caplog.text


def test_an_error_of_the_store_leaves_the_listing() -> None:
    store = Store(SHOP)
    store.list_objects_v2 = None  # type: ignore[assignment,method-assign]

    with pytest.raises(TypeError):
        listed(store)


def test_the_migrations_own_markers_are_not_listed() -> None:
    assert listed(Store([".cce-migration-lab.json", "a"])) == ["a"]


def test_a_million_keys_are_merged_in_little_memory() -> None:
    """Measured in a process of its own: this one holds the test suite, too."""
    line = [sys.executable, "-m", "tests.unit.objects.million_keys"]
    answer = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pairs, megabytes = (int(number) for number in answer)

    assert pairs == 1_000_000
    assert megabytes < MOST_MEGABYTES
