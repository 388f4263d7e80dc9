"""Open the followers of a run's databases, and keep in the ledger what becomes of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from include.background import in_background
from include.databases.following import Follower
from include.databases.jobs import PHASE, DatabaseJob, open_job
from include.databases.server_errors import server_errors
from include.errors import MigrationError, PermanentError, TemporaryError
from include.ledger import safe_key
from include.ledger.records import now
from include.planning.model import load_plan
from include.progress import readable_bytes

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

FORWARD = "following"
BACK = "following-back"
STOP = "stop-following"
SECONDS_BETWEEN_GUARDS = 5.0


def follower_of(job: DatabaseJob, *, back: bool = False) -> Follower:
    """Return what carries a database's changes to the target, or from the target back; no server is asked yet."""
    source, target = job.engine.source, job.engine.target
    if job.database.engine == "mariadb":
        from include.databases.mariadb.following import MariadbFollower

        origin, destination = (target, source) if back else (source, target)
        return MariadbFollower(origin, destination, job.database.database)
    from include.databases.postgresql.following import PostgresqlFollower

    if back:
        return PostgresqlFollower(target, source, job.database.database)
    record = job.read_record()
    expected = record.fingerprint.definitions if record else None
    return PostgresqlFollower(source, target, job.database.database, expected)


def followed_jobs(run: MigrationRun) -> list[DatabaseJob]:
    """Return the planned databases whose mode is `follow`."""
    if not run.ledger.exists("plan"):
        return []
    names = {one.name for one in run.definition.databases if one.mode == "follow"}
    rows = load_plan(run.ledger).items(PHASE, "database")
    return [open_job(run, row.key) for row in rows if row.details["name"] in names]


def note(job: DatabaseJob, folder: str, state: str, **fields: Any) -> None:
    """Write what becomes of a follower; what is not given stays as it was."""
    known = noted(job, folder) or {}
    document = {**known, "key": job.item.key, "state": state, "at": now(), **fields}
    job.run.ledger.write(f"{folder}/{safe_key(job.item.key)}", document)


def noted(job: DatabaseJob, folder: str) -> dict[str, Any] | None:
    """Return what was written of a follower in this run."""
    name = f"{folder}/{safe_key(job.item.key)}"
    return job.run.ledger.read(name) if job.run.ledger.exists(name) else None


def forget(job: DatabaseJob) -> None:
    """Let a database be followed anew."""
    for name in (f"{FORWARD}/{safe_key(job.item.key)}", STOP):
        job.run.ledger.remove(name)


def refuse_changed_definitions(job: DatabaseJob, follower: Follower) -> None:
    """Look whether something was defined anew on the source since its copy.

    :raises PermanentError: naming what changed.
    """
    changed = follower.changed_definitions()
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise PermanentError(
            f"{job.label}, source: {', '.join(changed[:5])}{more} changed since the copy; definitions may not change while a "
            "database is followed: take the change back and clear follow_databases, or clear copy_databases, which copies anew"
        )


def refuse_much_retained(job: DatabaseJob, follower: Follower) -> None:
    """Give up rather than let the source's log grow over its limit.

    :raises PermanentError: after the source was made to keep nothing any more.
    """
    retained, most = follower.lag().retained, job.database.follow.most_retained_bytes
    if retained > most:
        try:
            follower.drop()
        except TemporaryError as error:
            # The source has let go by then; what is noted on the target goes with the next copy.
            logger.warning("%s: the target is not told that nothing follows any more: %s", job.label, error)
        raise PermanentError(
            f"{job.label}, source: kept {readable_bytes(retained)} of its log for the migration, more than follow.most_retained "
            f"({job.database.follow.most_retained}); it keeps nothing any more. Find out what holds the target up, or raise the "
            "limit where the source's disk has room, and clear copy_databases, which copies the difference and follows anew"
        )


@contextmanager
def kept_changes(job: DatabaseJob) -> Generator[str]:
    """Have the source keep its changes from now on, while the copy is made; yield from where on it does.

    What an earlier run, or a copy before this one, has left is removed first. In mode `dump` nothing is kept.

    :raises PermanentError: when the copy took so long that the source kept too much.
    """
    if job.database.mode != "follow":
        yield ""
        return
    with closing(follower_of(job)) as follower:
        record = job.read_record()
        if record is None or noted(job, FORWARD) is not None:
            follower.drop()
            forget(job)
        is_kept = record is not None and bool(record.prepared) and follower.still_keeps(record.prepared)
        prepared = record.prepared if record is not None and is_kept else follower.prepare()
    with _guarded(job):
        yield prepared


@contextmanager
def _guarded(job: DatabaseJob) -> Generator[None]:
    """Watch how much the source keeps, for as long as the block takes."""
    failed = list[MigrationError]()

    def watch(is_over: threading.Event) -> None:
        with closing(follower_of(job)) as follower:
            while not is_over.wait(SECONDS_BETWEEN_GUARDS) and not failed:
                try:
                    with server_errors(job):
                        refuse_much_retained(job, follower)
                except PermanentError as error:
                    failed.append(error)
                except MigrationError as error:
                    logger.warning("How much the source keeps is not known: %s", error)

    with in_background(watch, "log-guard"):
        yield
    if failed:
        raise failed[0]
