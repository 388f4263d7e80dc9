"""Copy a bucket: what is missing or differs, in as many passes as its writers make necessary."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.errors import MigrationError, PermanentError
from include.ledger import Action
from include.ledger.records import now
from include.objects.catalog import Catalog, listing_digest, open_catalog
from include.objects.copy_pass import Moved, run_pass
from include.objects.deciding import copied_keys
from include.objects.jobs import COPIED, PHASE, BucketJob, BucketRecord, open_job, store_errors
from include.objects.listing import list_into
from include.objects.managed import fill_by_managed_engine
from include.objects.uploads import abort_uploads

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

MOST_PASSES = 3


def copy_bucket(run: MigrationRun, key: str) -> Action:
    """Copy a planned bucket while its writers go on; return what was done.

    Only what differs is copied, so that a repeated copy is a delta. A target that has taken over in an earlier run is
    never written to.
    """
    job, started = open_job(run, key), time.monotonic()
    try:
        moved = bring(job, final=False)
    except MigrationError as error:
        record_bucket(job, "failed", 0, time.monotonic() - started, str(error))
        raise
    record_bucket(job, moved.action, moved.bytes, time.monotonic() - started)
    return moved.action


def copy_bucket_delta(run: MigrationRun, key: str) -> dict[str, int]:
    """Copy what changed since the last copy, once the writers stand still; return objects, bytes and removed."""
    moved = bring(open_job(run, key), final=True)
    return {"objects": moved.objects, "bytes": moved.bytes, "removed": moved.removed}


def copy_bucket_once_more(run: MigrationRun, key: str) -> int:
    """Copy what changed since the last copy while the source's writers go on, as a rehearsal does; return the objects moved."""
    return bring(open_job(run, key), final=False).objects


def reach_bucket(run: MigrationRun, key: str) -> None:
    """Ask both stores of a planned bucket for the first of their objects.

    :raises MigrationError: when one does not answer, or refuses the login.
    """
    job = open_job(run, key)
    with store_errors(job):
        for place in job.places().values():
            place.client.list_objects_v2(Bucket=place.bucket, MaxKeys=1)


def bring(job: BucketJob, *, final: bool) -> Moved:
    """Make the target equal to the source, in one pass or some; return what moved.

    :param final: the writers stand still.
    """
    with store_errors(job):
        handover = job.read_handover()
        if handover is not None:
            return _leave_alone(job, handover["digest"], handover["moment"])
        abort_uploads(job.pair.target, job.pair.target_bucket, job.keys)
        moved = Moved() if final else Moved(*fill_by_managed_engine(job))
        for _ in range(1 if final else MOST_PASSES):
            done = _pass(job, final=final)
            moved += done
            if not (done.objects or done.removed):
                break
        return moved


def _pass(job: BucketJob, *, final: bool) -> Moved:
    with open_catalog() as catalog:
        list_into(catalog, job.places())
        moved = run_pass(job, catalog)
        job.write_rows(COPIED, copied_keys(catalog, keeps_removed=not job.bucket.delete_extra))
        job.write_record(bucket_record(job, catalog, final=final))
    return moved


def _leave_alone(job: BucketJob, digest: str, moment: str) -> Moved:
    """Look at the source only: the target is in use and has objects of its own."""
    with open_catalog() as catalog:
        list_into(catalog, {"source": job.places()["source"]})
        record = bucket_record(job, catalog, final=True)
    if record.digest != digest:
        raise PermanentError(
            f"{job.label}: the target took over at {moment}, and the source was written to since; "
            "stop the source's writers and settle by hand which side is right, or roll the cutover back first"
        )
    logger.info("%s: the target took over at %s, nothing is copied any more", job.label, moment)
    job.write_record(record.model_copy(update={"handed_over": moment}))
    return Moved()


def bucket_record(job: BucketJob, catalog: Catalog, *, final: bool) -> BucketRecord:
    """Return what is remembered of the source as it was listed."""
    totals = catalog.totals("source")
    return BucketRecord(
        key=job.item.key,
        at=now(),
        final=final,
        objects=totals.objects,
        bytes=totals.bytes,
        newest=totals.newest.isoformat() if totals.newest else None,
        digest=listing_digest(catalog.entries("source")),
    )


def record_bucket(
    job: BucketJob, action: Action, size: int, seconds: float, error: str | None = None
) -> None:
    """Record what was done with a bucket."""
    job.run.ledger.record_item(PHASE, job.item.record(action, seconds=seconds, size=size, error=error))
