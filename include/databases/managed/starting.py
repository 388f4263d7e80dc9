"""Take a job of DRS from its order to its start: both connections, what is copied, the check; all problems at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.errors import PreflightError, shorten
from include.transfers import Look, await_transfer

if TYPE_CHECKING:
    from include.databases.managed.job import TransferJob

logger = logging.getLogger(__name__)
FAILED, ALARM = "FAILED", "ALARM"
CHECK_SECONDS = 900.0
NETWORK_REMEDY = "let the job's address in (security group, firewall, pg_hba.conf), and check host, login and the definition's drs.network"
CHECK_REMEDY = "mend it, or look it up in DRS' manual under this item; then clear this task"


def start_transfer(transfer: TransferJob, identity: str) -> None:
    """Configure a job, check it and start it. Safe to repeat as long as the job is being configured.

    :raises PreflightError: with every connection that fails, or with every item of DRS' own check that does.
    """
    drs = transfer.drs
    _refuse([
        f"{transfer.label}, {place}: {shorten(problem)}; {NETWORK_REMEDY}"
        for place, request in transfer.tests(identity).items()
        if (problem := drs.connection_problem(request))
    ])
    drs.modify(transfer.modification(identity))
    drs.set_policy({"job_id": identity, "conflict_policy": "stop", "index_trans": True})
    drs.select(identity, transfer.database.database)
    drs.check(identity)
    await_transfer(
        f"{transfer.label}, check before the start", lambda: _look(transfer, identity), CHECK_SECONDS
    )
    _refuse(_check_problems(transfer, identity))
    drs.start(identity)
    logger.info("%s is started", transfer.label)


def _look(transfer: TransferJob, identity: str) -> Look:
    found = transfer.drs.check_result(identity)
    is_over = found.process == "100%" or bool(found.error_code)
    return Look("checking", is_over, str(found.process or ""))


def _check_problems(transfer: TransferJob, identity: str) -> list[str]:
    found = transfer.drs.check_result(identity)
    problems = []
    for one in found.precheck_result or []:
        words = ", ".join(str(part) for part in (one.failed_reason, one.raw_error_msg) if part)
        if one.result == ALARM:
            logger.warning("%s: %s: %s", transfer.label, one.item, shorten(words))
        elif one.result == FAILED:
            problems.append(f"{transfer.label}: check {one.item} failed: {shorten(words)}; {CHECK_REMEDY}")
    if not found.result and not problems:
        problems.append(
            f"{transfer.label}: the check failed: {shorten(str(found.error_msg))}; {CHECK_REMEDY}"
        )
    return problems


def _refuse(problems: list[str]) -> None:
    if problems:
        raise PreflightError(problems)
