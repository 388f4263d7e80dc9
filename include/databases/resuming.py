"""Follow databases again whose copies the target's own workloads wrote into while they were verified."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from include.databases.copying import copy_database_again
from include.databases.follow import apply_rest, begin_following, is_interrupted
from include.databases.followers import followed_jobs, follower_of
from include.databases.jobs import DatabaseJob
from include.databases.server_errors import server_errors

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def resume_following(run: MigrationRun) -> int:
    """Copy what differs of each interrupted database, and follow it up to now; return how many there were.

    Call it when the target's workloads stand still and the source's do not yet: it takes none of the downtime. A try that is
    killed midway is followed as far as it came, and the last pass settles the rest.
    """
    jobs = [job for job in followed_jobs(run) if is_interrupted(job)]
    for job in jobs:
        logger.info("%s: the target stands still, the copy is made equal and followed again", job.label)
        copy_database_again(job)
        _follow_up_to_now(job)
    return len(jobs)


def _follow_up_to_now(job: DatabaseJob) -> None:
    with server_errors(job), job.engine.lock(), closing(follower_of(job)) as follower:
        if begin_following(job, follower):
            apply_rest(job, follower)
