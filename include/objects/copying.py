"""Copy a bucket: what is missing or differs, in as many passes as its writers make necessary."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.errors import MigrationError, PermanentError
from include.ledger import Action
from include.ledger.records import now
from include.objects.comparing import Comparison, Entries, compare_listings, removable, with_unproved
from include.objects.differing import difference
from include.objects.jobs import PHASE, BucketJob, BucketRecord, open_job, store_errors
from include.objects.managed import fill_by_managed_engine
from include.objects.storage import THREADS, Entry, listing, listing_digest
from include.objects.uploads import abort_uploads
from include.progress import Progress

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

MOST_PASSES = 3


@dataclass
class Moved:
    """Count what a copy moved."""

    objects: int = 0
    bytes: int = 0
    removed: int = 0


def copy_bucket(run: MigrationRun, key: str) -> Action:
    """Copy a planned bucket while its writers go on; return what was done.

    Only what differs is copied, so that a repeated copy is a delta. A target that has taken over in an earlier run is
    never written to.
    """
    job, started = open_job(run, key), time.monotonic()
    try:
        moved = _bring(job, final=False)
    except MigrationError as error:
        _record(job, "failed", 0, started, str(error))
        raise
    action: Action = "copied" if moved.objects or moved.removed else "already_equal"
    _record(job, action, moved.bytes, started)
    return action


def copy_bucket_delta(run: MigrationRun, key: str) -> dict[str, int]:
    """Copy what changed since the last copy, once the writers stand still; return objects, bytes and removed."""
    moved = _bring(open_job(run, key), final=True)
    return {"objects": moved.objects, "bytes": moved.bytes, "removed": moved.removed}


def both_listings(job: BucketJob) -> tuple[Entries, Entries]:
    """List source and target at once."""
    with ThreadPoolExecutor(2) as pool:
        source = pool.submit(listing, job.pair.source, job.pair.source_bucket)
        target = pool.submit(listing, job.pair.target, job.pair.target_bucket)
        return source.result(), target.result()


def _bring(job: BucketJob, *, final: bool) -> Moved:
    with store_errors(job):
        handover = job.read_handover()
        if handover is not None:
            return _leave_alone(job, handover["digest"], handover["moment"])
        abort_uploads(job.pair.target, job.pair.target_bucket)
        moved = Moved() if final else Moved(*fill_by_managed_engine(job))
        for _ in range(1 if final else MOST_PASSES):
            source, target = both_listings(job)
            done = _pass(job, source, target, job.copied_keys())
            moved = Moved(
                moved.objects + done.objects, moved.bytes + done.bytes, moved.removed + done.removed
            )
            job.write_keys(sorted(source))
            job.write_record(_bucket_record(job, source, final=final))
            if not (done.objects or done.removed):
                break
        return moved


def _pass(job: BucketJob, source: Entries, target: Entries, copied_before: set[str]) -> Moved:
    found = with_unproved(compare_listings(source, target), job.unproved_keys())
    keys = sorted({*found.copy, *_really_different(job, found, source, target)})
    gone = removable(found.extra, copied_before)
    moved = Moved(removed=len(gone))
    size = sum(source[key].size for key in keys)
    if keys:
        with Progress(len(keys), size, logger, noun="objects") as progress:

            def copy(entry: Entry) -> int:
                with store_errors(job, entry.key):
                    sent = job.pair.copy(entry)
                progress.add(items=1, size=entry.size)
                return sent

            sent = run_side_by_side(copy, [source[key] for key in keys], THREADS, name="objects")
            moved.objects, moved.bytes = len(keys), sum(sent)
    run_side_by_side(job.pair.delete, gone, THREADS, name="removals")
    logger.info(
        "%s: copied %s objects, removed %s, %s were equal", job.label, len(keys), len(gone), len(found.equal)
    )
    return moved


def _really_different(job: BucketJob, found: Comparison, source: Entries, target: Entries) -> list[str]:
    """Look at contents and attributes where listings cannot tell."""

    def differs(key: str) -> bool:
        with store_errors(job, key):
            return difference(job.pair, source[key], target[key]) is not None

    flags = run_side_by_side(differs, found.look_closer, THREADS, name="contents")
    return [key for key, is_different in zip(found.look_closer, flags, strict=True) if is_different]


def _leave_alone(job: BucketJob, digest: str, moment: str) -> Moved:
    """Look at the source only: the target is in use and has objects of its own."""
    source = listing(job.pair.source, job.pair.source_bucket)
    if listing_digest(source) != digest:
        raise PermanentError(
            f"{job.label}: the target took over at {moment}, and the source was written to since; "
            "stop the source's writers and settle by hand which side is right, or roll the cutover back first"
        )
    logger.info("%s: the target took over at %s, nothing is copied any more", job.label, moment)
    job.write_record(_bucket_record(job, source, final=True).model_copy(update={"handed_over": moment}))
    return Moved()


def _bucket_record(job: BucketJob, source: Entries, *, final: bool) -> BucketRecord:
    newest = max((entry.modified for entry in source.values()), default=None)
    return BucketRecord(
        key=job.item.key,
        at=now(),
        final=final,
        objects=len(source),
        bytes=sum(entry.size for entry in source.values()),
        newest=newest.isoformat() if newest else None,
        digest=listing_digest(source),
    )


def _record(job: BucketJob, action: Action, size: int, started: float, error: str | None = None) -> None:
    seconds = time.monotonic() - started
    job.run.ledger.record_item(PHASE, job.item.record(action, seconds=seconds, size=size, error=error))
