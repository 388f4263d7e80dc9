"""Settle what OMS leaves behind: attributes that it does not carry, and a folder of its own in the target."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.objects.attributes import as_on_target, attributes_of
from include.objects.catalog import Catalog, open_catalog
from include.objects.comparing import pairs
from include.objects.flow import run_bounded
from include.objects.jobs import store_errors
from include.objects.listing import Place, entries_of, list_into
from include.objects.storage import THREADS, Entry
from include.progress import Progress

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

logger = logging.getLogger(__name__)
# During a task OMS keeps what it needs, and the list of failed objects, in a folder of the target that it calls OMS.
FOLDERS = ("oms/", "OMS/")


def remove_folder(job: BucketJob) -> int:
    """Remove OMS' own objects from the target, but none that the source has as well; return how many."""
    places = job.places()
    with store_errors(job):
        ours = set(_keys_of_folders(places["source"]))
        left = [key for key in _keys_of_folders(places["target"]) if key not in ours]
        run_side_by_side(job.pair.delete, left, THREADS, name="removals")
    return len(left)


def copy_lacking_attributes(job: BucketJob) -> int:
    """Copy objects again whose content arrived, but not all that they carry beside it; return how many.

    Listings do not show that: tags, for one, are not said to be carried, and characters of metadata are limited.
    """
    settled: list[str] = []
    with open_catalog() as catalog:
        with store_errors(job):
            list_into(catalog, job.places())
        shared = catalog.totals("target").objects
        with Progress(shared, 0, logger, noun="objects looked at", record=job.record_progress) as progress:

            def settle(pair: tuple[Entry, Entry]) -> None:
                with store_errors(job, pair[0].key):
                    if _lacks_something(job, pair[0].key):
                        job.pair.copy(pair[0])
                        settled.append(pair[0].key)
                progress.add(items=1)

            run_bounded(settle, _of_equal_size(catalog), THREADS, name="attributes")
    return len(settled)


def _of_equal_size(catalog: Catalog) -> Iterator[tuple[Entry, Entry]]:
    for one, other in pairs(catalog.entries("source"), catalog.entries("target")):
        if one is not None and other is not None and one.size == other.size:
            yield one, other


def _lacks_something(job: BucketJob, key: str) -> bool:
    pair = job.pair
    wanted = as_on_target(attributes_of(pair.source, pair.source_bucket, key), pair.classes)
    return wanted != attributes_of(pair.target, pair.target_bucket, key)


def _keys_of_folders(place: Place) -> Iterator[str]:
    return (entry.key for entry in entries_of(place) if entry.key.startswith(FOLDERS))
