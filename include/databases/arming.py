"""Have the targets keep what is written on them, for the way back, from the cutover until nobody wants to go back any more."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.databases.followers import BACK, followed_jobs, follower_of, note, noted
from include.databases.following import Follower, Lag
from include.databases.jobs import PHASE, DatabaseJob, open_job
from include.databases.server_errors import server_errors
from include.errors import PermanentError
from include.planning.model import load_plan
from include.progress import readable_bytes

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

KEPT = frozenset({"armed", "applied", "brought back"})
GIVEN_UP = "given up"
ENDED = "brought back, disarmed"


@dataclass(frozen=True)
class WayBack:
    """Say how what a target has written since the switch would come back.

    :param by: `changes`, `tables` that differ are copied whole, or `nothing`: the definition refuses.
    :param behind: bytes of the target's log to apply, 0 where tables are copied.
    :param retained: bytes of its log that the target keeps for it.
    """

    database: str
    by: str
    behind: int = 0
    retained: int = 0

    def text(self) -> str:
        """Return it in words."""
        if self.by == "changes":
            kept = (
                f", the target keeps {readable_bytes(self.retained)} of its log for it"
                if self.retained
                else ""
            )
            return f"changes are followed back ({readable_bytes(self.behind)} of log to read{kept})"
        if self.by == "tables":
            return "tables that differ are copied back whole"
        return "refused by the definition (`roll_back: refuse`)"


def arm_way_back(run: MigrationRun) -> int:
    """Have each target keep its changes from now on; call it while both sides are equal and nobody writes.

    Returns how many do. Safe to repeat as long as nobody writes.
    """
    armed = 0
    for job in followed_jobs(run):
        record = job.read_record()
        if not job.database.follow.reverse or record is None or record.handed_over is not None:
            continue
        arm(job)
        armed += 1
    return armed


def arm(job: DatabaseJob) -> None:
    """Have one target keep its changes from now on."""
    with server_errors(job), closing(follower_of(job, back=True)) as follower:
        follower.drop()
        note(job, BACK, "armed", position=follower.prepare(), begun=False, rows=0)
    logger.info("%s: a rollback brings back what the target writes from now on", job.label)


def disarm_way_back(run: MigrationRun) -> int:
    """Have the targets keep nothing any more, and leave the sources as they were; return how many were armed.

    :raises TemporaryError: when a source does not answer on which the way back was begun.
    """
    armed = [job for job in followed_jobs(run) if (noted(job, BACK) or {}).get("state") in KEPT]
    for job in armed:
        with server_errors(job), closing(follower_of(job, back=True)) as follower:
            leave(job, follower)
        note(job, BACK, ENDED if is_brought_back(job) else "disarmed")
    return len(armed)


def leave(job: DatabaseJob, follower: Follower) -> None:
    """Make the source one that is written to, with what arrived; its slot on the target is removed if that answers.

    :raises TemporaryError: when the source does not answer, and a way back was begun on it.
    """
    try:
        follower.drop()
    except Exception as error:  # each driver has an exception tree of its own
        logger.warning("%s: what was made for the way back could not be removed: %s", job.label, error)
        if (noted(job, BACK) or {}).get("begun") and follower.position() is not None:
            raise


def is_brought_back(job: DatabaseJob) -> bool:
    """Say whether the source has all that the target has, and nobody has written since."""
    return (noted(job, BACK) or {}).get("state") == "brought back"


def database_jobs(run: MigrationRun) -> list[DatabaseJob]:
    """Return all planned databases."""
    return [open_job(run, row.key) for row in load_plan(run.ledger).items(PHASE, "database")]


def look_at_ways_back(run: MigrationRun) -> list[WayBack]:
    """Return how each database would come back; what keeps too much of a target's log is given up first.

    :raises TemporaryError: when a target does not answer.
    """
    return [_look(job) for job in database_jobs(run)]


def _look(job: DatabaseJob) -> WayBack:
    if (noted(job, BACK) or {}).get("state") in KEPT and (found := _guarded(job)) is not None:
        return found
    by = "tables" if job.database.roll_back == "copy" else "nothing"
    return WayBack(job.database.name, by)


def _guarded(job: DatabaseJob) -> WayBack | None:
    """Look at what a target keeps; None when it keeps nothing any more, because it was lost or was too much."""
    try:
        lag = _kept(job)
    except PermanentError as error:
        note(job, BACK, GIVEN_UP, error=str(error))
        logger.warning("%s; a rollback copies whole tables back", error)
        return None
    note(job, BACK, str((noted(job, BACK) or {})["state"]), lag_bytes=lag.bytes, retained_bytes=lag.retained)
    return WayBack(job.database.name, "changes", lag.bytes, lag.retained)


def _kept(job: DatabaseJob) -> Lag:
    """Return how much a target keeps.

    :raises PermanentError: when it keeps nothing any more: it was lost, or more than allowed and is given up.
    """
    with server_errors(job), closing(follower_of(job, back=True)) as follower:
        if not _still_keeps(job, follower):
            leave(job, follower)
            raise PermanentError(f"{job.label}, target: what it kept for the way back is gone")
        lag = follower.lag()
        if lag.retained > job.database.follow.most_retained_bytes:
            leave(job, follower)
            raise PermanentError(
                f"{job.label}, target: kept {readable_bytes(lag.retained)} of its log for the way back, more than "
                f"follow.most_retained ({job.database.follow.most_retained})"
            )
        return lag


def _still_keeps(job: DatabaseJob, follower: Follower) -> bool:
    document: dict[str, Any] = noted(job, BACK) or {}
    # A way back that was begun has taken some of what was kept: its own position says where it goes on.
    return bool(document.get("begun")) or follower.still_keeps(str(document["position"]))
