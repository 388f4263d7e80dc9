"""Decide what a pass over a bucket has to do, key by key, from what is listed and what this run knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.objects.catalog import Catalog, Row
from include.objects.comparing import pairs, verdict, versions
from include.objects.earlier import proved_before, written_before
from include.objects.jobs import COPIED, DIFFERENT, PROVED, WRITTEN
from include.objects.storage import Entry
from include.objects.written import Written, written_of

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

WORK = "work"


@dataclass(frozen=True)
class Step:
    """Copy an object, look at it closer first, or remove it: what is listed of it says which.

    `is_sure` says that it has to be copied whatever a closer look would show.
    """

    source: Entry | None
    target: Entry | None
    written: Written | None
    is_sure: bool


@dataclass(frozen=True)
class Amount:
    """Count what a pass has to do; bytes are those that may be copied."""

    items: int = 0
    bytes: int = 0
    equal: int = 0


def decide(job: BucketJob, catalog: Catalog) -> Amount:
    """Note what is to be done in the catalog; return how much that is."""
    for name in (COPIED, DIFFERENT):
        catalog.note(name, job.read_rows(name))
    catalog.note(WRITTEN, written_before(job))
    catalog.note(PROVED, proved_before(job))
    counts = {"items": 0, "bytes": 0, "equal": 0}

    def rows() -> Iterator[Row]:
        for source, target in pairs(catalog.entries("source"), catalog.entries("target")):
            work = _work(job, catalog, source, target)
            if work is None:
                counts["equal"] += source is not None and target is not None
                continue
            counts["items"] += 1
            counts["bytes"] += source.size if source else 0
            yield work

    catalog.note(WORK, rows())
    return Amount(**counts)


def steps(catalog: Catalog) -> Iterator[Step]:
    """Yield what was decided, sorted by key."""
    for key, what in catalog.notes(WORK):
        yield Step(
            catalog.entry("source", key),
            catalog.entry("target", key),
            written_of(catalog.noted(WRITTEN, key)),
            is_sure=what == "copy",
        )


def copied_keys(catalog: Catalog, *, keeps_removed: bool) -> Iterator[Row]:
    """Yield the keys that are the run's own on the target: those of the source, and those it removed if they are kept."""
    for source, target in pairs(catalog.entries("source"), catalog.entries("target")):
        key = source.key if source else target.key if target else ""
        if source is not None or (keeps_removed and catalog.noted(COPIED, key) is not None):
            yield key, ""


def _work(job: BucketJob, catalog: Catalog, source: Entry | None, target: Entry | None) -> Row | None:
    what = verdict(source, target)
    if what == "extra":
        key = target.key if target else ""
        is_ours = catalog.noted(COPIED, key) is not None
        return (key, what) if is_ours and job.bucket.delete_extra else None
    key = source.key if source else ""
    if catalog.noted(DIFFERENT, key) is not None:
        what = "look_closer" if what == "equal" else what
    elif what == "look_closer" and source and target:
        what = "equal" if catalog.noted(PROVED, key) == versions(source, target) else what
    return None if what == "equal" else (key, what)
