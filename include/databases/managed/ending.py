"""Remove a job of DRS, which costs money as long as it is there, and say why one failed."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from include.errors import (
    CloudConflictError,
    CloudObjectNotFoundError,
    EngineRefusedError,
    MigrationError,
    TemporaryError,
    shorten,
)
from include.provisioning.orders import note_removal
from include.transfers import Look, await_transfer

if TYPE_CHECKING:
    from include.databases.managed.job import TransferJob

logger = logging.getLogger(__name__)
CREATE_FAILED = "CREATE_FAILED"
RELEASING, RELEASED, NOT_RELEASED = (
    "RELEASE_RESOURCE_STARTED",
    "RELEASE_RESOURCE_COMPLETE",
    "RELEASE_RESOURCE_FAILED",
)
REMOVABLE = frozenset({CREATE_FAILED, RELEASED})
RELEASE_SECONDS = 1800.0
# What may be gone at the next try. Nobody documents DRS' words for them: they are those of the servers and the network.
PASSING = re.compile(
    r"time.?out|timed out|connection|could not connect|refused|reset by|unreachable|too many|terminat|deadlock|busy|"
    r"recovery mode|internal error",
    re.IGNORECASE,
)


def remove_job(transfer: TransferJob, identity: str, *, is_complete: bool) -> None:
    """Stop a job, in good order when its transfer is complete, and delete it. Safe to repeat at any point.

    :raises EngineRefusedError: when DRS cannot release it.
    """
    drs = transfer.drs
    state, _ = drs.state(identity)
    if state not in {*REMOVABLE, RELEASING}:
        _end(transfer, identity, "terminate" if is_complete else "force_terminate")
    if state != CREATE_FAILED:
        state = await_transfer(
            f"{transfer.label}, being stopped", lambda: _look(transfer, identity), RELEASE_SECONDS
        )
    if state == NOT_RELEASED:
        raise EngineRefusedError(f"{transfer.label}: could not be stopped; delete it with {transfer.removal}")
    _end(transfer, identity, "delete")
    note_removal(transfer.database_job.run.ledger, transfer.key)
    logger.info("%s is removed", transfer.label)


def failure_of(transfer: TransferJob, state: str, words: str) -> MigrationError:
    """Return the error of a job that failed, in DRS' own words."""
    text = f"{transfer.label}: {state}: {shorten(words) or 'DRS gives no reason'}"
    if PASSING.search(words) or not words:
        return TemporaryError(f"{text}; the task retries with a new job")
    return EngineRefusedError(f"{text}; mend the cause, then clear this task, or set copy_with to own")


def _look(transfer: TransferJob, identity: str) -> Look:
    state, _ = transfer.drs.state(identity)
    return Look(state, is_over=state in {RELEASED, NOT_RELEASED})


def _end(transfer: TransferJob, identity: str, how: str) -> None:
    try:
        transfer.drs.end(identity, how)
    except (CloudConflictError, CloudObjectNotFoundError) as error:
        # Another try was quicker, or an earlier one was killed after it: the state tells.
        logger.info("%s: %s is not possible any more: %s", transfer.label, how, error)
