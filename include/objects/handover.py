"""Hand buckets over to the target, and take them back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.objects.going_back import is_left_behind
from include.objects.jobs import PHASE, BucketJob, BucketRecord, open_job, store_errors
from include.objects.recreating import disable_lifecycle, enable_lifecycle
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def hand_over_buckets(run: MigrationRun) -> int:
    """Note in every target bucket that it is in use: from here on no run copies into it, and its lifecycle rules work.

    Call it right before the switch.

    :raises PermanentError: when a bucket was not copied while its writers stood still.
    """
    jobs = _jobs(run)
    # All are looked at before any is marked: half a hand-over would bar the next run from copying the rest.
    records = [_final_record(job) for job in jobs]
    for job, record in zip(jobs, records, strict=True):
        if record.handed_over is None:
            with store_errors(job):
                job.write_handover(record.digest)
            enable_lifecycle(job)
    return len(jobs)


def take_back_buckets(run: MigrationRun) -> int:
    """Undo the hand-over: later copies write into the targets again. Call it after the traffic is back on the source.

    A target whose objects could not be brought back stays handed over: it alone has them.
    """
    jobs = _jobs(run)
    for job in jobs:
        if is_left_behind(job):
            logger.warning(
                "%s: the target alone has what was written there; no run copies into it", job.label
            )
            continue
        disable_lifecycle(job)
        with store_errors(job):
            job.remove_handover()
    return len(jobs)


def _jobs(run: MigrationRun) -> list[BucketJob]:
    return [open_job(run, item.key) for item in load_plan(run.ledger).items(PHASE, "bucket")]


def _final_record(job: BucketJob) -> BucketRecord:
    record = job.read_record()
    if record is None or not record.final:
        raise PermanentError(
            f"{job.label}: its last copy ran beside its writers; copy the delta before the switch"
        )
    return record
