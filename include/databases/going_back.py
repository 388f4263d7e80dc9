"""Carry what was written on the target back to the source when a cutover is undone."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING

from include.databases.fingerprint import differences
from include.databases.follow import stop_following
from include.databases.followers import BACK, FORWARD, followed_jobs, follower_of, note, noted
from include.databases.following import Follower
from include.databases.jobs import DatabaseJob
from include.databases.server_errors import server_errors
from include.errors import MigrationError, TemporaryError

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# The customers wait: a target that does nothing for so long has lost what it alone has.
PATIENCE_SECONDS = 60.0
SECONDS_TOGETHER = 5.0
POLL_SECONDS = 2.0
# The task that follows looks every second whether it is to end.
ENDING_SECONDS = 3.0


def arm_way_back(run: MigrationRun) -> int:
    """Have each target keep its changes from now on; call it while both sides are equal and nobody writes.

    Returns how many do. Safe to repeat as long as nobody writes.
    """
    armed = 0
    for job in followed_jobs(run):
        record = job.read_record()
        if not job.database.follow.reverse or record is None or record.handed_over is not None:
            continue
        with server_errors(job), closing(follower_of(job, back=True)) as follower:
            follower.drop()
            note(job, BACK, "armed", position=follower.prepare())
        logger.info("%s: a rollback brings back what the target writes from now on", job.label)
        armed += 1
    return armed


def bring_back(run: MigrationRun) -> list[str]:
    """Apply the targets' changes to the sources, while nobody writes on either; return what could not be brought back.

    The way back goes on without a target that does not answer: its writes stay on it, and the ledger and the log say so.

    :raises TemporaryError: when a source does not answer.
    """
    lost = []
    for job in followed_jobs(run):
        if (noted(job, BACK) or {}).get("state") not in {"armed", "applied"}:
            continue
        try:
            _bring_back_patiently(job)
        except MigrationError as error:
            with server_errors(job), closing(follower_of(job, back=True)) as follower:
                _leave(job, follower)
            note(job, BACK, "lost", error=str(error))
            lost.append(f"{job.label}: what was written on the target since the switch stays there: {error}")
            run.ledger.event("writes stay on the target", database=job.database.name, error=str(error))
            logger.error("%s", lost[-1])
    return lost


def _bring_back_patiently(job: DatabaseJob) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _bring_back(job)
        except TemporaryError as error:
            if time.monotonic() > ends:
                raise
            logger.warning("%s; trying again", error)
            time.sleep(POLL_SECONDS)
        else:
            return


def _bring_back(job: DatabaseJob) -> None:
    document = noted(job, BACK) or {}
    with server_errors(job), closing(follower_of(job, back=True)) as follower:
        if document["state"] == "armed":
            # From here on the source's triggers may be off.
            note(job, BACK, "armed", begun=True)
            if follower.position() is None:
                follower.begin(document["position"])
            rows = _apply_all(job, follower)
            # Noted before: a try that is killed in between must not begin at the old position again.
            note(job, BACK, "applied", rows=rows)
        follower.finish()
        _prove(job)
        follower.drop()


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


def _prove(job: DatabaseJob) -> None:
    with job.engine.snapshot() as snapshot:
        found = differences(snapshot.fingerprint(), job.engine.target_fingerprint())
    note(job, BACK, "brought back", equal=found.is_none, differs=found.text())
    if not found.is_none:
        logger.error("%s: brought back, the sides differ in %s", job.label, found.text())


def _leave(job: DatabaseJob, follower: Follower) -> None:
    """Make the source one that is written to, with what arrived; its slot on the target is removed if that answers.

    :raises TemporaryError: when the source does not answer, and a way back was begun on it.
    """
    try:
        follower.drop()
    except Exception as error:  # each driver has an exception tree of its own
        logger.warning("%s: what was made for the way back could not be removed: %s", job.label, error)
        if (noted(job, BACK) or {}).get("begun") and follower.position() is not None:
            raise


def disarm_way_back(run: MigrationRun) -> int:
    """Have the targets keep nothing any more, and leave the sources as they were; return how many were armed."""
    armed = [
        job for job in followed_jobs(run) if (noted(job, BACK) or {}).get("state") in {"armed", "applied"}
    ]
    for job in armed:
        with server_errors(job), closing(follower_of(job, back=True)) as follower:
            _leave(job, follower)
        note(job, BACK, "disarmed")
    return len(armed)


def end_following(run: MigrationRun) -> None:
    """End the task that follows, if it still does, and have neither side keep changes any more.

    A server that does not answer is told, and left to the end of the run.
    """
    stop_following(run)
    if any((noted(job, FORWARD) or {}).get("state") == "following" for job in followed_jobs(run)):
        time.sleep(ENDING_SECONDS)
    try:
        drop_followers(run)
    except TemporaryError as error:
        logger.warning("%s", error)


def drop_followers(run: MigrationRun) -> int:
    """Remove everything that following has made on either side, whatever happened; return from how many databases.

    :raises TemporaryError: when a server does not answer; the others are cleared all the same.
    """
    problems = []
    jobs = followed_jobs(run)
    for job in jobs:
        for back in (False, True):
            try:
                with server_errors(job), closing(follower_of(job, back=back)) as follower:
                    follower.drop()
            except MigrationError as error:
                problems.append(str(error))
    if problems:
        raise TemporaryError(f"what following has left could not be removed: {'; '.join(problems)}")
    return len(jobs)
