"""Look whether the sources are as they were when the targets took over: what was written there since would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.databases.arming import arm, database_jobs, is_brought_back
from include.databases.followers import BACK, note, noted
from include.databases.jobs import DatabaseJob
from include.databases.server_errors import server_errors
from include.engines import run_side_by_side

if TYPE_CHECKING:
    from include.run import MigrationRun

THREADS = 4


def find_written_databases(run: MigrationRun) -> list[str]:
    """Return a text for each source that was written to since the hand-over; a way back that was begun is no such writing."""
    found = run_side_by_side(_find_written, database_jobs(run), THREADS, name="databases")
    return [text for text in found if text]


def renew_way_back(run: MigrationRun) -> int:
    """Let the targets that were brought back go on, while nobody writes yet: the way back begins anew; return how many."""
    jobs = [job for job in database_jobs(run) if is_brought_back(job)]
    for job in jobs:
        with server_errors(job):
            digest = _source_digest(job)
            job.write_state("handed over", digest)
        if job.database.mode == "follow" and job.database.follow.reverse:
            arm(job)
        else:
            note(job, BACK, "renewed")
    return len(jobs)


def _find_written(job: DatabaseJob) -> str | None:
    if (noted(job, BACK) or {}).get("begun") or is_brought_back(job):
        return None
    with server_errors(job):
        state = job.engine.read_state()
        if state is None or not state.is_handed_over or state.digest == _source_digest(job):
            return None
    return (
        f"{job.label}, source {job.engine.source.address}: was written to since the target took over at {state.moment}; find out by "
        "whom, and settle by hand which side is right: bringing the target's rows back would remove these"
    )


def _source_digest(job: DatabaseJob) -> str:
    with job.engine.snapshot() as snapshot:
        return snapshot.fingerprint().digest
