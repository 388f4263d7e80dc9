"""Carry what was written on the target back to the source when a cutover is undone, while nobody writes on either side."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from include.databases.arming import GIVEN_UP, database_jobs, leave
from include.databases.engine import Copied
from include.databases.fingerprint import Fingerprint, differences, told_definers
from include.databases.followers import BACK, follower_of, note, noted
from include.databases.following import Follower
from include.databases.jobs import DatabaseJob, turned_engine
from include.databases.server_errors import server_errors
from include.engines import run_side_by_side
from include.errors import CopyDivergedError, MigrationError, PermanentError, ProofError, TemporaryError
from include.ledger import Action, Proof
from include.turning_back import settle_back

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# The customers wait: a target that does nothing for so long has lost what it alone has.
PATIENCE_SECONDS = 60.0
SECONDS_TOGETHER = 5.0
POLL_SECONDS = 2.0
THREADS = 4
METHOD = "rows and order-free hash of {tables} tables, sequences, large objects, definitions and roles, both sides standing still"


def bring_back_databases(run: MigrationRun, *, leaves_behind: bool = False) -> list[str]:
    """Bring what the targets took to the sources, and prove it; return what could not be brought back.

    What is followed comes back change by change; what differs then, or is not followed, by whole tables.

    :param leaves_behind: go on without a target that does not answer, or a database that may not be copied back: its writes
        stay on it, and the ledger and the log say so. Without, nothing is left behind.
    :raises TemporaryError: when a server does not answer.
    :raises PermanentError: when something cannot be brought back and nothing may be left behind.
    """
    found = run_side_by_side(
        lambda job: _settle(job, leaves_behind=leaves_behind), database_jobs(run), THREADS, name="databases"
    )
    return [text for text in found if text]


def _settle(job: DatabaseJob, *, leaves_behind: bool) -> str | None:
    if is_left_behind(job):
        return _left_text(job)
    try:
        _bring_back_patiently(job)
    except MigrationError as error:
        if not leaves_behind:
            raise
        return _leave_behind(job, error)
    return None


def is_left_behind(job: DatabaseJob) -> bool:
    """Say whether the target alone has what was written there since the switch."""
    return (noted(job, BACK) or {}).get("state") == "lost"


def _leave_behind(job: DatabaseJob, error: MigrationError) -> str:
    with server_errors(job), closing(follower_of(job, back=True)) as follower:
        leave(job, follower)
    note(job, BACK, "lost", error=str(error))
    job.run.ledger.event("writes stay on the target", database=job.database.name, error=str(error))
    text = _left_text(job)
    proof = Proof(method="writes of the target brought back", source="some", target="none", equal=False)
    settle_back(job.run, job.item, proof, text, action="failed", seconds=0.0)
    logger.error("%s", text)
    return text


def _left_text(job: DatabaseJob) -> str:
    error = (noted(job, BACK) or {}).get("error")
    return f"{job.label}: what was written on the target since the switch stays there: {error}"


def _bring_back_patiently(job: DatabaseJob) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with server_errors(job):
                _bring_back(job)
        except TemporaryError as error:
            if time.monotonic() > ends:
                raise
            logger.warning("%s; trying again", error)
            time.sleep(POLL_SECONDS)
        else:
            return


def _bring_back(job: DatabaseJob) -> None:
    started = time.monotonic()
    rows = _follow_back(job)
    copied = _copy_back(job)
    _prove(job, rows, copied, time.monotonic() - started)


def _follow_back(job: DatabaseJob) -> int:
    """Apply the changes that the target has kept; return how many rows. Safe to repeat, and to be killed."""
    document = noted(job, BACK) or {}
    state = document.get("state")
    if state not in {"armed", "applied"}:
        return int(document.get("rows", 0))
    with closing(follower_of(job, back=True)) as follower:
        try:
            if state == "armed":
                _apply_kept(job, follower, str(document["position"]))
            follower.finish()
        except CopyDivergedError:
            raise
        except PermanentError as error:
            logger.warning("%s; the tables that differ are copied whole", error)
            leave(job, follower)
            note(job, BACK, GIVEN_UP, error=str(error))
    return int((noted(job, BACK) or {}).get("rows", 0))


def _apply_kept(job: DatabaseJob, follower: Follower, position: str) -> None:
    # From here on the source's triggers may be off.
    note(job, BACK, "armed", begun=True)
    if follower.position() is None:
        follower.begin(position)
    rows = _apply_all(job, follower)
    # Noted before: a try that is killed in between must not begin at the old position again.
    note(job, BACK, "applied", rows=rows)


def _apply_all(job: DatabaseJob, follower: Follower) -> int:
    rows, end, idle_since = 0, follower.end_position(), time.monotonic()
    while True:
        applied = follower.apply(end, SECONDS_TOGETHER)
        rows += applied.rows
        if applied.is_complete:
            logger.warning("%s: %s rows of the target are on the source", job.label, rows)
            return rows
        if applied.rows:
            idle_since = time.monotonic()
        if time.monotonic() - idle_since > PATIENCE_SECONDS:
            raise TemporaryError(f"{job.label}, target: tells no changes for {PATIENCE_SECONDS:.0f} s")


def _copy_back(job: DatabaseJob) -> Copied:
    """Copy the tables that still differ whole; return what was copied, with what the source then has.

    :raises PermanentError: when definitions differ, or the definition of the migration refuses.
    """
    back = turned_engine(job)
    with back.lock(), back.snapshot() as snapshot:
        target, source = snapshot.fingerprint(), back.target_fingerprint()
        found = differences(target, source)
        if found.is_none:
            return Copied(target, 0, 0, seen=source)
        if found.definitions:
            raise PermanentError(
                f"{job.label}: on the target {found.text()} changed since the switch; definitions are not brought back: make them "
                "equal by hand, then run the rollback again"
            )
        if job.database.roll_back == "refuse":
            raise PermanentError(
                f"{job.label}: the target has rows of its own, and `roll_back: refuse` keeps them there"
            )
        logger.warning("%s: copied back whole: %s", job.label, found.text())
        copied = back.copy_changed(snapshot, target, found)
    return replace(copied, seen=back.target_fingerprint())


def _prove(job: DatabaseJob, rows: int, copied: Copied, seconds: float) -> None:
    """Record the proof.

    :raises ProofError: when the sides differ.
    """
    target, source = copied.fingerprint, copied.seen or Fingerprint()
    found = differences(target, source)
    proof = Proof(
        method=METHOD.format(tables=len(target.tables)) + told_definers(target),
        source=target.summary(),
        target=source.summary(),
        equal=found.is_none,
    )
    problem = f"{job.label}: brought back, the sides differ in {found.text()}"
    action: Action = "copied" if rows or copied.tables else "already_equal"
    left = settle_back(job.run, job.item, proof, problem, action=action, seconds=seconds, size=copied.bytes)
    note(
        job, BACK, "brought back", equal=found.is_none, differs=found.text(), rows=rows, tables=copied.tables
    )
    if left:
        raise ProofError([left], "databases differ")
