"""Settle what OMS leaves behind: attributes that it does not carry, and a folder of its own in the target."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.objects.attributes import attributes_of
from include.objects.jobs import store_errors
from include.objects.storage import THREADS, listing
from include.progress import Progress

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

logger = logging.getLogger(__name__)
# During a task OMS keeps what it needs, and the list of failed objects, in a folder of the target that it calls OMS.
FOLDERS = ("oms/", "OMS/")


def remove_folder(job: BucketJob) -> int:
    """Remove OMS' own objects from the target, but none that the source has as well; return how many."""
    pair = job.pair
    with store_errors(job):
        ours = listing(pair.source, pair.source_bucket)
        left = [
            key
            for key in listing(pair.target, pair.target_bucket)
            if key.startswith(FOLDERS) and key not in ours
        ]
        run_side_by_side(pair.delete, left, THREADS, name="removals")
    return len(left)


def copy_lacking_attributes(job: BucketJob) -> int:
    """Copy objects again whose content arrived, but not all that they carry beside it; return how many.

    Listings do not show that: tags, for one, are not said to be carried, and characters of metadata are limited.
    """
    pair = job.pair
    with store_errors(job):
        source = listing(pair.source, pair.source_bucket)
        target = listing(pair.target, pair.target_bucket)
    shared = [key for key, entry in source.items() if key in target and target[key].size == entry.size]
    with Progress(len(shared), 0, logger, noun="objects looked at") as progress:

        def settle(key: str) -> int:
            with store_errors(job, key):
                is_equal = attributes_of(pair.source, pair.source_bucket, key) == attributes_of(
                    pair.target, pair.target_bucket, key
                )
                if not is_equal:
                    pair.copy(source[key])
            progress.add(items=1)
            return 0 if is_equal else 1

        return sum(run_side_by_side(settle, shared, THREADS, name="attributes"))
