"""Merge two listings of a million keys, and print how many there were and the megabytes it took at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.objects.catalog import Catalog, Side, open_catalog
from include.objects.comparing import pairs, verdict
from include.objects.storage import Entry

KEYS = 1_000_000
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DIFFERENT_EVERY = 1000
RANGES = 8


def entries(side: Side) -> Iterator[Entry]:
    """Yield the keys as ranges side by side bring them, one in a thousand of them different on the sides."""
    for number in range(KEYS):
        key = (number % RANGES) * (KEYS // RANGES) + number // RANGES
        etag = f"{key:032x}" if side == "source" or key % DIFFERENT_EVERY else "0" * 32
        yield Entry(f"folder/of/pictures/{key:012d}.jpg", 8192, etag, NOON + timedelta(seconds=key))


def merge(catalog: Catalog) -> int:
    """Return how many keys were compared."""
    for side in ("source", "target"):
        catalog.add(side, entries(side))
    found = Counter(
        verdict(one, other) for one, other in pairs(catalog.entries("source"), catalog.entries("target"))
    )
    # the one whose ETag is 0 on both sides is equal
    assert found["copy"] == KEYS // DIFFERENT_EVERY - 1
    return found.total()


def peak_megabytes() -> int:
    """Return the most memory this program held; what `getrusage` tells includes that of the process it was forked from."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM:"))


if __name__ == "__main__":
    with open_catalog() as merged:
        count = merge(merged)
    print(count, peak_megabytes())
