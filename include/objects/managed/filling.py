"""Fill a target bucket by OMS: find or order its task, wait, remove it; whatever point a killed try was at."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from include.cloud.oms import DONE, FAILED, STATUS_WORDS, STOPPED
from include.errors import (
    CloudError,
    CloudObjectNotFoundError,
    CloudUnavailableError,
    EngineRefusedError,
    TemporaryError,
    shorten,
)
from include.objects.listing import entries_of
from include.objects.managed.settling import copy_lacking_attributes, remove_folder
from include.objects.managed.task import TransferTask, transfer_task
from include.progress import amount_of_total
from include.provisioning.orders import note_id, note_intent, note_refusal, note_removal
from include.transfers import Look, await_transfer, note_transferred, was_transferred

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

logger = logging.getLogger(__name__)
# Nobody documents which of its errors pass: these words are the stores' and the network's.
PASSING = re.compile(
    r"system error|time.?out|timed out|connect|too many|slow ?down|unavailable|busy", re.IGNORECASE
)


def fill_by_managed_engine(job: BucketJob) -> tuple[int, int]:
    """Let OMS copy a whole bucket if the definition says so and nothing is there yet; return the objects and bytes it copied.

    What the source wrote meanwhile, and objects that OMS could not copy, are differences that the copy settles afterwards. A
    task that an earlier try or run has left is found by its description, and waited for.

    :raises EngineRefusedError: when the task failed for the whole bucket and would again.
    :raises TemporaryError: when it failed and may succeed later.
    """
    if job.bucket.copy_with != "oms":
        return 0, 0
    transfer = transfer_task(job)
    left = transfer.oms.find(transfer.name)
    moved = (0, 0)
    if not was_transferred(job.run.ledger, transfer.key):
        if not left and not _is_empty(job):
            return 0, 0
        moved = _bring(transfer, left[0] if left else _order(transfer))
        settled = copy_lacking_attributes(job)
        logger.info("%s: %s objects lacked what they carry, and were copied again", transfer.label, settled)
        note_transferred(job.run.ledger, transfer.key)
    _remove_all(transfer)
    return moved


def _is_empty(job: BucketJob) -> bool:
    return next(entries_of(job.places()["target"]), None) is None


def _order(transfer: TransferTask) -> int:
    """Order a task; of several that tries at once have ordered the oldest counts, the others are removed."""
    ledger = transfer.bucket_job.run.ledger
    note_intent(ledger, transfer)
    logger.info("Ordering %s", transfer.label)
    try:
        transfer.oms.create(transfer.order())
    except (CloudError, CloudUnavailableError) as error:
        # The answer may be lost: OMS knows what became of the order.
        if not transfer.oms.find(transfer.name):
            if isinstance(error, CloudError) or not error.may_have_happened:
                note_refusal(ledger, transfer.key, str(error))
            raise
    found = transfer.oms.find(transfer.name)
    if not found:
        raise _ended_elsewhere(transfer)
    for one in found[1:]:
        transfer.oms.remove(one)
    note_id(ledger, transfer.key, str(found[0]))
    return found[0]


def _ended_elsewhere(transfer: TransferTask) -> TemporaryError:
    return TemporaryError(
        f"{transfer.label}: OMS has the task no more: another try of this task has ended it, or somebody has deleted it; "
        "the retry looks what it has copied"
    )


def _bring(transfer: TransferTask, task: int) -> tuple[int, int]:
    """Wait for a task; return the objects and bytes that it copied.

    :raises TemporaryError: when the task is gone meanwhile.
    """
    try:
        return _await_end(transfer, task)
    except CloudObjectNotFoundError as error:
        raise _ended_elsewhere(transfer) from error


def _await_end(transfer: TransferTask, task: int) -> tuple[int, int]:
    if transfer.oms.show(task).status == STOPPED:
        transfer.oms.start(task, transfer.keys())
    await_transfer(transfer.label, lambda: _look(transfer.oms.show(task)), transfer.longest_seconds)
    found = transfer.oms.show(task)
    if found.status != DONE:
        _settle_failure(transfer, found)
    return int(found.successful_num or 0), int(found.complete_size or 0)


def _look(found: Any) -> Look:
    counts = f"{found.successful_num or 0} of {found.total_num or 0} objects"
    sizes = amount_of_total(found.complete_size or 0, found.total_size or 0)
    words = f"{100 * (found.progress or 0):.0f} %, {counts}, {sizes}"
    return Look(
        STATUS_WORDS.get(found.status, str(found.status)), found.status in {STOPPED, FAILED, DONE}, words
    )


def _settle_failure(transfer: TransferTask, found: Any) -> None:
    """Go on when OMS has copied some objects: the copy takes the others. Raise when it has copied none."""
    reason = found.error_reason
    words = shorten(" ".join(filter(None, (reason.error_code, reason.error_msg)))) if reason else ""
    text = (
        f"{transfer.label}: {STATUS_WORDS.get(found.status, found.status)}: {words or 'OMS gives no reason'}"
    )
    if found.successful_num:
        logger.warning("%s; %s objects failed, and are copied from here", text, found.failed_num)
        return
    _remove_all(transfer)
    if PASSING.search(words) or not words:
        raise TemporaryError(f"{text}; the task retries with a new one")
    raise EngineRefusedError(
        f"{text}; check keys, bucket and region of both sides, then clear this task, or set copy_with to own"
    )


def _remove_all(transfer: TransferTask) -> None:
    """Remove every task of this bucket, and what OMS has left in the target."""
    for task in transfer.oms.find(transfer.name):
        transfer.oms.remove(task)
    remove_folder(transfer.bucket_job)
    note_removal(transfer.bucket_job.run.ledger, transfer.key)
    logger.info("%s is removed", transfer.label)
