"""Reach everything that the last changes need while the source still serves: what does not answer would cost downtime."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from include.cutover.front_door import is_traffic_on_target
from include.databases import reach_database
from include.engines import run_side_by_side
from include.objects import reach_bucket
from include.planning.model import load_plan
from include.volumes import reach_repository

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

THREADS = 8


def look_once_more(run: MigrationRun) -> int:
    """Reach databases and buckets on both sides, the volumes' repository, both clusters and the front door; return how many.

    Nothing is stopped yet, so the task may try again at no cost. It also loads, ahead of the downtime, the drivers
    and clients that this process has not used so far.

    :raises MigrationError: with what does not answer, or refuses our login.
    """
    started, plan = time.monotonic(), load_plan(run.ledger)
    looks: list[Callable[[], object]] = [
        lambda: is_traffic_on_target(run),
        *(lambda cluster=cluster: cluster.version() for cluster in (run.source, run.target)),
        *(lambda key=row.key: reach_database(run, key) for row in plan.items("rds_dump_restore", "database")),
        *(lambda key=row.key: reach_bucket(run, key) for row in plan.items("obs_sync", "bucket")),
        *([lambda: reach_repository(run)] if plan.items("velero_backup_restore", "volume") else []),
    ]
    run_side_by_side(lambda look: look(), looks, THREADS, name="reach")
    logger.info(
        "Both clusters, the front door, databases and buckets answer: %.1f s", time.monotonic() - started
    )
    return len(looks)
