"""Fill a target database by DRS: find or order its job, start it, wait, remove it; whatever point a killed try was at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.databases.managed.ending import (
    CREATE_FAILED,
    NOT_RELEASED,
    RELEASED,
    RELEASING,
    failure_of,
    remove_job,
)
from include.databases.managed.job import TransferJob, transfer_job
from include.databases.managed.starting import start_transfer
from include.errors import CloudConflictError, CloudError, CloudUnavailableError
from include.planning.ownership import mark_database
from include.provisioning.orders import note_id, note_intent, note_refusal
from include.transfers import Look, await_transfer, note_transferred, was_transferred

if TYPE_CHECKING:
    from include.databases.jobs import DatabaseJob

logger = logging.getLogger(__name__)
CREATING, CONFIGURATION = "CREATING", "CONFIGURATION"
COMPLETE = "FULL_TRANSFER_COMPLETE"
FAILURES = frozenset({CREATE_FAILED, "START_JOB_FAILED", "FULL_TRANSFER_FAILED"})
GONE = frozenset({RELEASING, RELEASED, NOT_RELEASED})
CREATION_SECONDS = 1800.0


def fill_by_managed_engine(job: DatabaseJob) -> int:
    """Let DRS copy a whole database if the definition says so and nothing is there yet; return the bytes it copied.

    Call it with the target's lock. What the source wrote meanwhile is a difference that the copy settles afterwards. A job
    that an earlier try or run has left is found by its name, and waited for.

    :raises PreflightError: with every problem of both connections, or of DRS' own check.
    :raises EngineRefusedError: when the transfer failed and would again.
    :raises TemporaryError: when it failed and may succeed later.
    """
    if job.database.copy_with != "drs":
        return 0
    from include.databases.managed.target import complete

    transfer = transfer_job(job)
    identity = _left_job(transfer)
    if not was_transferred(job.run.ledger, transfer.key):
        if identity is None and not _is_unfinished(job):
            return 0
        identity = identity or _order(transfer)
        _bring(transfer, identity)
        complete(job)
        note_transferred(job.run.ledger, transfer.key)
    if identity is not None:
        remove_job(transfer, identity, is_complete=True)
    return job.engine.target_size()


def _left_job(transfer: TransferJob) -> str | None:
    """Return the job that an earlier try has left; one that was being removed is gone."""
    identity = transfer.drs.find(transfer.name)
    if identity is not None and transfer.drs.state(identity)[0] in GONE:
        remove_job(transfer, identity, is_complete=False)
        return None
    return identity


def _is_unfinished(job: DatabaseJob) -> bool:
    """Say whether the target is to be filled from nothing: it holds nothing, or what a try has not finished."""
    state = job.engine.read_state()
    is_half = state is not None and state.stage == "copying"
    return is_half or not job.engine.target_exists() or job.engine.target_is_empty()


def _order(transfer: TransferJob) -> str:
    from include.databases.managed.target import make_room

    job = transfer.database_job
    job.write_state("copying", "")
    mark_database(job.engine.target, job.database.database, job.run.definition.name)
    make_room(job)
    note_intent(job.run.ledger, transfer)
    logger.info("Ordering %s", transfer.label)
    try:
        identity = transfer.drs.create(transfer.order())
    except (CloudError, CloudUnavailableError) as error:
        # Another try was quicker, or the answer was lost: DRS knows what became of the order.
        found = transfer.drs.find(transfer.name)
        if found is None:
            _note_whether_refused(transfer, error)
            raise
        identity = found
    note_id(job.run.ledger, transfer.key, identity)
    return identity


def _note_whether_refused(transfer: TransferJob, error: CloudError | CloudUnavailableError) -> None:
    if isinstance(error, CloudError) or not error.may_have_happened:
        note_refusal(transfer.database_job.run.ledger, transfer.key, str(error))


def _bring(transfer: TransferJob, identity: str) -> None:
    """Take a job to the end of its transfer, from whatever state it is in."""
    state = await_transfer(transfer.label, lambda: _look_at_creation(transfer, identity), CREATION_SECONDS)
    if state == CONFIGURATION:
        _start(transfer, identity)
    state = await_transfer(
        transfer.label, lambda: _look_at_transfer(transfer, identity), transfer.longest_seconds
    )
    if state != COMPLETE:
        _, words = transfer.drs.state(identity)
        remove_job(transfer, identity, is_complete=False)
        raise failure_of(transfer, state, words)


def _start(transfer: TransferJob, identity: str) -> None:
    try:
        start_transfer(transfer, identity)
    except (CloudConflictError, CloudUnavailableError):
        # Another try has started it, or the answer was lost.
        if transfer.drs.state(identity)[0] == CONFIGURATION:
            raise


def _look_at_creation(transfer: TransferJob, identity: str) -> Look:
    state, _ = transfer.drs.state(identity)
    return Look(state, is_over=state != CREATING)


def _look_at_transfer(transfer: TransferJob, identity: str) -> Look:
    state, _ = transfer.drs.state(identity)
    is_over = state in {COMPLETE, *FAILURES, *GONE}
    return Look(state, is_over, "" if is_over else _progress(transfer, identity))


def _progress(transfer: TransferJob, identity: str) -> str:
    found = transfer.drs.progress(identity)
    parts = [f"{found.progress or 0} %"]
    for name, part in (found.progress_map or {}).items():
        completed = part.get("completed") if isinstance(part, dict) else part.completed
        parts.append(f"{name} {completed}")
    return ", ".join(parts)
