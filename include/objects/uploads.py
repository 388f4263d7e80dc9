"""Give up uploads in parts that a killed task has left unfinished: they are paid for, and no listing shows them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.objects.jobs import PHASE, open_job, store_errors
from include.objects.ranges import ALL_KEYS, KeyRange
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def abort_uploads(client: Any, bucket: str, keys: KeyRange = ALL_KEYS) -> int:
    """Abort every unfinished upload into a target bucket, which nobody but this migration writes; return how many.

    :param keys: of which objects; those of others are the work of other tasks.
    """
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
    found = [row for page in pages for row in page.get("Uploads") or [] if keys.holds(row["Key"])]
    for row in found:
        client.abort_multipart_upload(Bucket=bucket, Key=row["Key"], UploadId=row["UploadId"])
    if found:
        logger.info("Aborted %s unfinished uploads into bucket %s", len(found), bucket)
    return len(found)


def abort_all_uploads(run: MigrationRun) -> int:
    """Abort the unfinished uploads into every target bucket that is not in use yet; return how many."""
    jobs = [open_job(run, row.key) for row in load_plan(run.ledger).items(PHASE, "bucket")]
    aborted = 0
    for job in jobs:
        with store_errors(job):
            if job.read_handover() is None:
                aborted += abort_uploads(job.pair.target, job.pair.target_bucket)
    return aborted
