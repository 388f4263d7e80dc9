"""Remove what tasks that were killed have left behind, at the end of a run, however it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from include.cutover.front_door import is_traffic_on_target
from include.cutover.pulling_ahead import remove_pulls
from include.cutover.way_back import RETIRED
from include.databases import drop_followers
from include.errors import MigrationError, TargetClusterMissingError
from include.objects import abort_all_uploads
from include.verification import remove_check_jobs
from include.volumes import remove_movers, remove_standby_keys

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def remove_leftovers(run: MigrationRun) -> int:
    """Remove movers with their Secrets from both clusters, Jobs of checks, replication slots with what belongs to
    them, and unfinished uploads; return how many. What the way back needs stays while the customers are on the target.

    What cannot be reached is told and left to the next run: nothing of it makes a migration that arrived a failed one.
    """
    if not run.ledger.exists("plan"):
        logger.info("There is no plan: nothing was made that could be left")
        return 0
    parts: dict[str, Callable[[], int]] = {
        "movers in the source cluster": lambda: remove_movers(run, run.source),
        "movers in the target cluster": lambda: remove_movers(run, run.target),
        "keys of movers that stood by": lambda: remove_standby_keys(run),
        "pods that pull images": lambda: remove_pulls(run),
        "Jobs of checks": lambda: remove_check_jobs(run),
        "what following databases has made": lambda: drop_followers(run),
        "what the way back keeps": lambda: end_way_back_unless_needed(run),
        "unfinished uploads": lambda: abort_all_uploads(run),
    }
    removed = 0
    for what, remove in parts.items():
        try:
            removed += remove()
        except TargetClusterMissingError:
            logger.info("The target cluster was not made: there are no %s", what)
        except MigrationError as error:
            logger.warning("Could not look for %s: %s", what, error)
    logger.info("%s leftovers of killed tasks removed", removed)
    return removed


def end_way_back_unless_needed(run: MigrationRun) -> int:
    """Have the targets keep nothing any more when the customers are on the source, or the source is retired."""
    if is_traffic_on_target(run) and run.ledger.item(*RETIRED) is None:
        return 0
    return drop_followers(run, back=True)
