"""Hand databases over to the target, and take them back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.databases.followers import BACK, noted
from include.databases.jobs import PHASE, CopyRecord, DatabaseJob, open_job
from include.databases.server_errors import server_errors
from include.errors import PermanentError
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def hand_over_databases(run: MigrationRun) -> int:
    """Mark every target database as in use: from here on no run copies into it. Call it right before the switch.

    :raises PermanentError: when a database was not copied while its writers stood still.
    """
    jobs = [open_job(run, item.key) for item in load_plan(run.ledger).items(PHASE, "database")]
    # All are looked at before any is marked: half a hand-over would bar the next run from copying the rest.
    records = [_final_record(job) for job in jobs]
    for job, record in zip(jobs, records, strict=True):
        if record.handed_over is None:
            with server_errors(job):
                job.write_state("handed over", record.fingerprint.digest)
            logger.info("%s: the target takes over", job.label)
    return len(jobs)


def take_back_databases(run: MigrationRun) -> int:
    """Undo the hand-over: later copies overwrite the targets again. Call it after the traffic is back on the source.

    A target whose writes could not be brought back stays handed over: it alone has them, and a later copy would remove them.
    """
    items = load_plan(run.ledger).items(PHASE, "database")
    for item in items:
        job = open_job(run, item.key)
        if (noted(job, BACK) or {}).get("state") == "lost":
            logger.warning(
                "%s: the target alone has what was written there; no run copies into it", job.label
            )
            continue
        with server_errors(job):
            state = job.engine.read_state()
            is_ahead = state is not None and state.is_handed_over
            if state is not None and is_ahead:
                job.write_state("copied", state.digest)
        if is_ahead:
            logger.info("%s: the source leads again", job.label)
    return len(items)


def _final_record(job: DatabaseJob) -> CopyRecord:
    record = job.read_record()
    if record is None or not record.final:
        raise PermanentError(
            f"{job.label}: its last copy ran beside its writers; copy the delta before the switch"
        )
    return record
