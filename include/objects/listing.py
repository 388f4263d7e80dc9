"""List both sides of a bucket into a catalog, in ranges side by side where there are many keys."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from include.objects.catalog import Catalog, Side
from include.objects.channel import Channel, ChannelClosedError
from include.objects.ranges import ALL_KEYS, KeyRange
from include.objects.splitting import boundaries
from include.objects.storage import Entry, entry_of
from include.planning.ownership import is_marker
from include.planning.storage_client import PAGE

logger = logging.getLogger(__name__)
# A bucket of fewer pages is listed before it is known where to split it: that takes some eighty requests.
PAGES_BEFORE_SPLITTING = 50
RANGES_AT_ONCE = 8
# Pages that wait for the catalog.
WAITING = 16

# A page, nothing for an end, or an order to forget the side; in the order they came.
Message = tuple[Side, Sequence[Entry] | None]
Messages = Channel[Message]


@dataclass(frozen=True)
class Place:
    """Name a bucket, the client that reaches it, and which of its keys are listed."""

    client: Any
    bucket: str
    keys: KeyRange = ALL_KEYS

    def pages(self, after: str = "") -> Iterator[dict[str, Any]]:
        """Yield the pages of a listing that begins after a key."""
        start = {"StartAfter": after} if after else {}
        pages = self.client.get_paginator("list_objects_v2")
        yield from pages.paginate(Bucket=self.bucket, PaginationConfig={"PageSize": PAGE}, **start)

    def first_after(self, text: str) -> str | None:
        """Return the first key after a text."""
        answer = self.client.list_objects_v2(Bucket=self.bucket, StartAfter=text, MaxKeys=1)
        rows = answer.get("Contents") or []
        return str(rows[0]["Key"]) if rows else None


@dataclass(frozen=True)
class Ends:
    """Tell the first key of a range, and the first one beyond it."""

    first: str | None
    beyond: str | None


def list_into(catalog: Catalog, places: dict[Side, Place]) -> None:
    """List every side at once; the catalog is written by the calling thread alone."""
    with (
        ThreadPoolExecutor(len(places), thread_name_prefix="listing") as pool,
        Channel[Message](WAITING) as messages,
    ):
        sides = [pool.submit(_list_side, side, place, messages) for side, place in places.items()]
        _store(catalog, messages, len(sides))
    for future in sides:
        future.result()


def _store(catalog: Catalog, messages: Messages, sides: int) -> None:
    while sides:
        side, entries = messages.get()
        if entries is None:
            sides -= 1
        elif not entries:
            catalog.clear(side)
        else:
            catalog.add(side, entries)


def entries_of(place: Place) -> Iterator[Entry]:
    """Yield every object of a bucket but the migration's own markers, in the store's order."""
    for page in place.pages():
        yield from _ours(page)


def _list_side(side: Side, place: Place, messages: Messages) -> None:
    try:
        list_keys = _list_all if place.keys == ALL_KEYS else _list_piece
        if not list_keys(side, place, messages):
            logger.warning(
                "Bucket %s: its store lists keys in an order of its own, or it is written to where it was split; it is listed "
                "again, in one piece",
                place.bucket,
            )
            messages.put((side, ()))
            for page in place.pages():
                _put(side, _inside(page, place.keys), messages)
    finally:
        with suppress(ChannelClosedError):
            messages.put((side, None))


def _list_all(side: Side, place: Place, messages: Messages) -> bool:
    after = _list_first_pages(side, place, messages)
    return after is None or _list_ranges(side, place, after, messages)


def _list_piece(side: Side, place: Place, messages: Messages) -> bool:
    """List the keys of a range; say whether they came in S3's order, in which nothing of the range lies elsewhere."""
    last = place.keys.after
    for page in place.pages(last):
        keys = [last, *(str(row["Key"]) for row in page.get("Contents") or [])]
        if any(one >= other for one, other in pairwise(keys)):
            return False
        last = keys[-1]
        _put(side, _inside(page, place.keys), messages)
        if place.keys.is_before(last):
            break
    return True


def _inside(page: dict[str, Any], keys: KeyRange) -> dict[str, Any]:
    return {"Contents": [row for row in page.get("Contents") or [] if keys.holds(str(row["Key"]))]}


def _list_first_pages(side: Side, place: Place, messages: Messages) -> str | None:
    """Return the key after which others are left, or None."""
    for number, page in enumerate(place.pages(), start=1):
        _put(side, page, messages)
        if number == PAGES_BEFORE_SPLITTING and page.get("IsTruncated"):
            return str(page["Contents"][-1]["Key"])
    return None


def _list_ranges(side: Side, place: Place, after: str, messages: Messages) -> bool:
    """List what is left in ranges; say whether they make a whole.

    Whatever order a store lists in, a range that ends where the next one begins has left nothing out.
    """
    edges: list[str | None] = [after, *boundaries(place.first_after, after), None]
    with ThreadPoolExecutor(RANGES_AT_ONCE, thread_name_prefix="range") as pool:
        ranges: list[Future[Ends]] = [
            pool.submit(_list_range, side, place, low or "", high, messages) for low, high in pairwise(edges)
        ]
        ends = [future.result() for future in ranges]
    return ends[0].first is not None and all(one.beyond == other.first for one, other in pairwise(ends))


def _list_range(side: Side, place: Place, after: str, before: str | None, messages: Messages) -> Ends:
    """List the keys after one and up to another."""
    first: str | None = None
    for page in place.pages(after):
        keys = [str(row["Key"]) for row in page.get("Contents") or []]
        first = first or next(iter(keys), None)
        beyond = next((key for key in keys if before is not None and key > before), None)
        if beyond is not None:
            inside = page["Contents"][: keys.index(beyond)]
            _put(side, {"Contents": inside}, messages)
            return Ends(first, beyond)
        _put(side, page, messages)
    return Ends(first, None)


def _put(side: Side, page: dict[str, Any], messages: Messages) -> None:
    entries = _ours(page)
    if entries:
        messages.put((side, entries))


def _ours(page: dict[str, Any]) -> list[Entry]:
    return [entry_of(row) for row in page.get("Contents") or [] if not is_marker(str(row["Key"]))]
