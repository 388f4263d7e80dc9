"""Follow databases from their warm copy until the cutover's last pass."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from typing import TYPE_CHECKING

from include.databases.followers import (
    FORWARD,
    STOP,
    followed_jobs,
    follower_of,
    note,
    noted,
    refuse_changed_definitions,
    refuse_much_retained,
)
from include.databases.following import Follower, Lag
from include.databases.jobs import DatabaseJob
from include.databases.server_errors import server_errors
from include.errors import CopyDivergedError, PermanentError, TemporaryError
from include.ledger.records import now
from include.progress import readable_bytes

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_NOTES = 2.0
SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_TOGETHER = 1.0
SECONDS_BETWEEN_TRIES = 5.0
LONGEST_OUTAGE_SECONDS = 900.0
DONE = ("applied", "finished")
INTERRUPTED = "interrupted"


def follow_databases(run: MigrationRun) -> dict[str, int] | None:
    """Apply the changes of all databases in mode `follow` until `stop_following`; return the rows of each.

    Returns None when there are none. What fails in one of them ends all: the task shows it at once.

    :raises PermanentError: when definitions of a source changed, or it kept too much of its log.
    """
    jobs = followed_jobs(run)
    if not jobs:
        return None
    stops = threading.Event()
    with ThreadPoolExecutor(len(jobs), thread_name_prefix="follow") as pool:
        futures = {job.item.key: pool.submit(_follow, job, stops) for job in jobs}
        try:
            wait(futures.values(), return_when=FIRST_EXCEPTION)
        finally:
            stops.set()
    return {key: future.result() for key, future in futures.items()}


def stop_following(run: MigrationRun) -> None:
    """Ask the task that follows to end; each database is left at a whole transaction."""
    run.ledger.write(STOP, {"at": now()})


def refuse_unfollowed(run: MigrationRun) -> None:
    """Look before the writers are stopped whether every database is followed.

    :raises PermanentError: naming those whose following failed: their last pass would copy whole tables.
    """
    failed = [
        f"{job.label}: {seen['error']}"
        for job in followed_jobs(run)
        if (seen := noted(job, FORWARD)) is not None and seen["state"] == "failed"
    ]
    if failed:
        raise PermanentError(f"{'; '.join(failed)} (nothing was stopped)")


def finish_following(job: DatabaseJob) -> bool:
    """Apply the rest, now that the writers stand still, and make the target one that is written to.

    Safe to repeat. Says whether the database was followed; if not, the copy of what differs is all there is.

    :raises PermanentError: when definitions of the source changed.
    """
    with closing(follower_of(job)) as follower:
        was_followed = follower.position() is not None and _apply_all(job, follower)
        if was_followed:
            # Noted before: a try that is killed in between must not begin at the old position again.
            note(job, FORWARD, "applied")
            follower.finish()
        elif not _is_done(job):
            logger.warning("%s: is not followed (any more): tables that differ are copied", job.label)
        follower.drop()
        note(job, FORWARD, "finished")
    return was_followed


def _apply_all(job: DatabaseJob, follower: Follower) -> bool:
    """Apply the rest; say whether it fits. What followed may have died before it met what the target's workloads wrote."""
    refuse_changed_definitions(job, follower)
    try:
        apply_rest(job, follower)
    except CopyDivergedError as error:
        logger.warning("%s", error)
        return False
    refuse_changed_definitions(job, follower)
    return True


def apply_rest(job: DatabaseJob, follower: Follower) -> None:
    """Apply what the origin has up to now."""
    end = follower.end_position()
    while not (applied := follower.apply(end, SECONDS_BETWEEN_LINES)).is_complete:
        logger.info(
            "%s: %s rows more, %s behind", job.label, applied.rows, readable_bytes(follower.lag().bytes)
        )


def _follow(job: DatabaseJob, stops: threading.Event) -> int:
    """Follow through the outages of days; the task's own retries would be used up."""
    rows, well_at, is_first = 0, time.monotonic(), True
    while True:
        following = _Following(job)
        try:
            if not is_first:
                _look_at_source(job)
            return rows + _follow_once(job, following, stops)
        except CopyDivergedError as error:
            _interrupt(job, error)
            return rows + following.rows
        except PermanentError as error:
            note(job, FORWARD, "failed", error=str(error))
            raise
        except TemporaryError as error:
            rows += following.rows
            well_at = max(well_at, following.well_at)
            if stops.is_set() or time.monotonic() - well_at > LONGEST_OUTAGE_SECONDS:
                raise
            logger.warning("%s; trying again", error)
        is_first = False
        stops.wait(SECONDS_BETWEEN_TRIES)


def _look_at_source(job: DatabaseJob) -> None:
    """Look how much the source keeps meanwhile: a target that is away must not fill its disk.

    :raises PermanentError: after the source was made to keep nothing any more.
    """
    state = (noted(job, FORWARD) or {}).get("state")
    if state != "following" and not (state is None and _is_kept_since_copy(job)):
        return
    with closing(follower_of(job)) as follower:
        try:
            with server_errors(job):
                refuse_much_retained(job, follower)
        except TemporaryError as error:
            logger.debug("How much the source keeps is not known: %s", error)


def _is_kept_since_copy(job: DatabaseJob) -> bool:
    """Say whether the source keeps its changes for a following that has not begun."""
    record = job.read_record()
    return (
        record is not None
        and bool(record.prepared)
        and record.handed_over is None
        and not job.run.ledger.exists(STOP)
    )


def _interrupt(job: DatabaseJob, error: CopyDivergedError) -> None:
    """Have the source keep nothing any more: the target's own workloads, which are verified there, write into the copy."""
    with server_errors(job), job.engine.lock(), closing(follower_of(job)) as follower:
        follower.drop()
    note(job, FORWARD, INTERRUPTED, error=str(error))
    logger.warning(
        "%s (the cutover follows it again once the target's workloads stand still, before those of the source are stopped)",
        error,
    )


def _follow_once(job: DatabaseJob, following: _Following, stops: threading.Event) -> int:
    with server_errors(job), job.engine.lock(), closing(follower_of(job)) as follower:
        if _is_done(job) or is_interrupted(job) or not begin_following(job, follower):
            return 0
        return following.run(follower, stops)


def begin_following(job: DatabaseJob, follower: Follower) -> bool:
    """Begin where the copy ended; say whether there is something to follow."""
    record = job.read_record()
    if record is None:
        raise PermanentError(f"{job.label}: was not copied in this run; run the copy first")
    if record.handed_over is not None:
        logger.info("%s: the target took over at %s, nothing is followed", job.label, record.handed_over)
        return False
    if job.run.ledger.exists(STOP):
        logger.info("The following was ended; clear copy_databases to follow again")
        return False
    # Before the first row: from here on the target is ahead of what was proved.
    note(job, FORWARD, "following", begun=True, error=None)
    if follower.position() is None:
        _start(job, follower, record.prepared, record.position)
    return True


def _start(job: DatabaseJob, follower: Follower, prepared: str, position: str) -> None:
    if not follower.still_keeps(prepared):
        follower.drop()
        raise PermanentError(
            f"{job.label}, source: what it kept since the copy is gone; clear copy_databases, which copies the difference"
        )
    follower.begin(position)


def is_interrupted(job: DatabaseJob) -> bool:
    """Say whether the following of a database ended because something else wrote into its copy."""
    return (noted(job, FORWARD) or {}).get("state") == INTERRUPTED


def _is_done(job: DatabaseJob) -> bool:
    return (noted(job, FORWARD) or {}).get("state") in DONE


class _Following:
    """Apply, look after both sides, and tell how it goes; each act says in how many seconds it is due again.

    `well_at` is when both servers answered last.
    """

    def __init__(self, job: DatabaseJob) -> None:
        self._job = job
        self.rows = self._transactions = 0
        self.well_at = 0.0
        self._slowest = 0.0
        self._due = dict.fromkeys((self._look, self._note, self._log), 0.0)

    def run(self, follower: Follower, stops: threading.Event) -> int:
        while not stops.is_set() and not self._job.run.ledger.exists(STOP):
            applied = follower.apply(seconds=SECONDS_TOGETHER)
            self.rows += applied.rows
            self._transactions += applied.transactions
            lag = follower.lag()
            self._slowest = max(self._slowest, lag.seconds)
            self.well_at = time.monotonic()
            for act, due in self._due.items():
                if self.well_at >= due:
                    self._due[act] = self.well_at + act(follower, lag)
        self._log(follower, follower.lag())
        return self.rows

    def _look(self, follower: Follower, lag: Lag) -> float:
        refuse_changed_definitions(self._job, follower)
        refuse_much_retained(self._job, follower)
        return SECONDS_BETWEEN_LOOKS

    def _note(self, follower: Follower, lag: Lag) -> float:
        note(
            self._job,
            FORWARD,
            "following",
            rows=self.rows,
            transactions=self._transactions,
            lag_bytes=lag.bytes,
            lag_seconds=lag.seconds,
            retained_bytes=lag.retained,
        )
        return SECONDS_BETWEEN_NOTES

    def _log(self, follower: Follower, lag: Lag) -> float:
        logger.info(
            "%s: %s rows in %s transactions applied, %s and %.1f s behind (%.1f s at most), the source keeps %s",
            self._job.label,
            self.rows,
            self._transactions,
            readable_bytes(lag.bytes),
            lag.seconds,
            self._slowest,
            readable_bytes(lag.retained),
        )
        self._slowest = 0.0
        return SECONDS_BETWEEN_LINES
