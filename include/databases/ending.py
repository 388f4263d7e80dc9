"""End the following of databases, and remove what it has made."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from typing import TYPE_CHECKING

from include.databases.follow import stop_following
from include.databases.followers import FORWARD, followed_jobs, follower_of, noted
from include.databases.server_errors import server_errors
from include.errors import MigrationError, TemporaryError

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# The task that follows looks every second whether it is to end.
ENDING_SECONDS = 3.0


def end_following(run: MigrationRun) -> None:
    """End the task that follows, if it still does, and have the sources keep no changes any more.

    A server that does not answer is told, and left to the end of the run. What the targets keep for the way back stays.
    """
    stop_following(run)
    if any((noted(job, FORWARD) or {}).get("state") == "following" for job in followed_jobs(run)):
        time.sleep(ENDING_SECONDS)
    try:
        drop_followers(run)
    except TemporaryError as error:
        logger.warning("%s", error)


def drop_followers(run: MigrationRun, *, back: bool = False) -> int:
    """Remove everything that following has made on either side, whatever happened; return from how many databases.

    :param back: remove what the way back needs, too: whichever run has armed it.
    :raises TemporaryError: when a server does not answer; the others are cleared all the same.
    """
    problems = []
    jobs = followed_jobs(run)
    for job in jobs:
        for way in (False, True) if back else (False,):
            try:
                with server_errors(job), closing(follower_of(job, back=way)) as follower:
                    follower.drop()
            except MigrationError as error:
                problems.append(str(error))
    if problems:
        raise TemporaryError(f"what following has left could not be removed: {'; '.join(problems)}")
    return len(jobs)
