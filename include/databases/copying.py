"""Copy a database: everything at first, then only what changed."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from include.databases.engine import Copied, Snapshot
from include.databases.fingerprint import differences
from include.databases.follow import finish_following
from include.databases.followers import kept_changes
from include.databases.jobs import PHASE, DatabaseJob, open_job
from include.databases.managed import fill_by_managed_engine
from include.databases.proving import prove_seen
from include.databases.server_errors import server_errors
from include.databases.states import CopyState
from include.errors import MigrationError, PermanentError
from include.ledger import Action
from include.planning.ownership import is_database_ours, mark_database

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def copy_database(run: MigrationRun, key: str) -> Action:
    """Copy a planned database while its writers go on; return what was done.

    Safe to repeat: an equal target is left alone, one with the same definitions gets its changed tables only, one that
    a killed try left half full is made anew. A target that has taken over in an earlier run is never written to.

    :raises PermanentError: when the target holds something that is not this migration's.
    """
    job = open_job(run, key)
    started = time.monotonic()
    try:
        with server_errors(job), job.engine.lock():
            action, copied = _bring(job, final=False)
    except MigrationError as error:
        _record(job, "failed", 0, started, str(error))
        raise
    _record(job, action, copied.bytes, started)
    return action


def copy_database_again(job: DatabaseJob) -> None:
    """Copy what differs once more while the source's writers go on, and have it keep its changes from then on."""
    with server_errors(job), job.engine.lock():
        _bring(job, final=False)


def copy_database_once_more(run: MigrationRun, key: str) -> int:
    """Copy what changed since the last copy while the source's writers go on, as a rehearsal does; return the tables moved.

    :raises PermanentError: when the target holds something that is not this migration's.
    """
    job = open_job(run, key)
    with server_errors(job), job.engine.lock():
        _refuse_foreign(job)
        _, copied = _copy_moment(job)
    return copied.tables


def copy_database_delta(run: MigrationRun, key: str) -> dict[str, int]:
    """Copy what changed since the last copy, once the writers stand still; return tables, rows and bytes, and whether it is proved.

    Where both sides turn out to be equal already, that comparison is the proof: it need not be made twice in the downtime.

    :raises PermanentError: when the target has taken over and the source changed since.
    """
    job = open_job(run, key)
    with server_errors(job), job.engine.lock():
        if job.database.mode == "follow" and not _is_in_use(job):
            finish_following(job)
        _, copied = _bring(job, final=True)
    if copied.seen is not None:
        prove_seen(job, copied.fingerprint, copied.seen)
    return {
        "tables": copied.tables,
        "rows": copied.fingerprint.rows,
        "bytes": copied.bytes,
        "proved": int(copied.seen is not None),
    }


def reach_database(run: MigrationRun, key: str) -> None:
    """Ask both servers of a planned database something small.

    :raises MigrationError: when one does not answer, or refuses the login.
    """
    job = open_job(run, key)
    with server_errors(job):
        job.engine.source_size()
        job.engine.target_exists()


def _bring(job: DatabaseJob, *, final: bool) -> tuple[Action, Copied]:
    state = job.engine.read_state()
    _refuse_foreign(job)
    if state is not None and state.is_handed_over and _holds_something(job):
        return _leave_alone(job, state)
    if final:
        return _copy_moment(job, final=True)
    # Before changes are kept: a managed engine may take hours.
    filled = fill_by_managed_engine(job)
    with kept_changes(job) as prepared:
        kept = _kept_copy(job, prepared)
        if kept is not None:
            return "already_equal", kept
        return _copy_moment(job, prepared, filled=filled)


def _copy_moment(
    job: DatabaseJob, prepared: str = "", *, final: bool = False, filled: int = 0
) -> tuple[Action, Copied]:
    with job.engine.snapshot() as snapshot:
        position = snapshot.position() if prepared else ""
        action, copied = _copy(job, snapshot)
    if filled:
        action, copied = "copied", replace(copied, bytes=copied.bytes + filled)
    job.write_record(
        copied.fingerprint, final=final, prepared=prepared, position=copied.position or position or prepared
    )
    job.write_state("copied", copied.fingerprint.digest)
    return action, copied


def _kept_copy(job: DatabaseJob, prepared: str) -> Copied | None:
    """Return what an earlier try of this run copied whole, though the source has moved on since.

    :param prepared: from where on the source keeps its changes; of a copy from before, some would be lacking.
    """
    record = job.read_record()
    if record is None or record.prepared != prepared or not job.engine.target_exists():
        return None
    is_whole = differences(record.fingerprint, job.engine.target_fingerprint()).is_none
    return Copied(record.fingerprint, 0, 0) if is_whole else None


def _copy(job: DatabaseJob, snapshot: Snapshot) -> tuple[Action, Copied]:
    if not _holds_something(job):
        return "copied", _copy_all(job, snapshot)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(job.engine.target_fingerprint)
        source, target = snapshot.fingerprint(), asked.result()
    found = differences(source, target)
    if found.is_none:
        return "already_equal", Copied(source, 0, 0, seen=target)
    logger.info("%s: the target differs in %s", job.label, found.text())
    if found.definitions:
        logger.info("%s: definitions differ, the whole target is made anew", job.label)
        return "copied", _copy_all(job, snapshot)
    job.write_state("copying", "")
    return "copied", job.engine.copy_changed(snapshot, source, found)


def _copy_all(job: DatabaseJob, snapshot: Snapshot) -> Copied:
    def mark() -> None:
        mark_database(job.engine.target, job.database.database, job.run.definition.name)

    job.write_state("copying", "")
    return job.engine.copy_all(snapshot, mark)


def _refuse_foreign(job: DatabaseJob) -> None:
    engine, migration = job.engine, job.run.definition.name
    if _holds_something(job) and not is_database_ours(engine.target, job.database.database, migration):
        raise PermanentError(
            f"{job.label}, target {engine.target.address}: holds something and is not marked as of migration "
            f"{migration}; empty it, or name another database"
        )


def _is_in_use(job: DatabaseJob) -> bool:
    state = job.engine.read_state()
    return state is not None and state.is_handed_over and _holds_something(job)


def _holds_something(job: DatabaseJob) -> bool:
    return job.engine.target_exists() and not job.engine.target_is_empty()


def _leave_alone(job: DatabaseJob, state: CopyState) -> tuple[Action, Copied]:
    """Look at the source only: the target is in use and has rows of its own."""
    with job.engine.snapshot() as snapshot:
        source = snapshot.fingerprint()
    if source.digest != state.digest:
        raise PermanentError(
            f"{job.label}: the target took over at {state.moment}, and the source was written to since; "
            "stop the source's writers and settle by hand which side is right, or roll the cutover back first; to copy the source "
            "anew, carry over what the target alone has, and drop the database there"
        )
    logger.info("%s: the target took over at %s, nothing is copied any more", job.label, state.moment)
    job.write_record(source, final=True, handed_over=state)
    return "already_equal", Copied(source, 0, 0)


def _record(job: DatabaseJob, action: Action, size: int, started: float, error: str | None = None) -> None:
    seconds = time.monotonic() - started
    job.run.ledger.record_item(PHASE, job.item.record(action, seconds=seconds, size=size, error=error))
