"""Do ahead whatever need not be done while customers wait."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.beginning import refuse_now
from include.cutover.front_door import is_traffic_on_target, open_door
from include.cutover.pulling_ahead import pull_ahead
from include.cutover.quiescing import note_release, quiesce
from include.cutover.time_to_live import lower_ttl
from include.cutover.workloads import RUNNING, list_workloads, name_of, release_all
from include.engines import run_side_by_side
from include.errors import MigrationError
from include.objects import prove_buckets
from include.volumes import stand_by

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def ready_target(run: MigrationRun) -> dict[str, int]:
    """Ready the front door, stop the target, then prepare both sides for the last changes; return what was counted.

    :raises PermanentError: when the cutover may not begin now.
    """
    refuse_now(run)
    if not is_traffic_on_target(run):
        lower_ttl(run)
        open_door(run).make_ready()
    held = quiesce(run, "target")
    acts = (stand_by, _look_ahead_at_buckets, pull_ahead)
    standing_by, _, pulls = run_side_by_side(lambda act: act(run), acts, len(acts), name="ahead")
    return {"held": held, "standing_by": standing_by, "pulls": pulls, "started": _start_early(run)}


def _look_ahead_at_buckets(run: MigrationRun) -> int:
    """Prove the buckets as they are: the last proof asks for what changed since, and for nothing else."""
    try:
        return prove_buckets(run)
    except MigrationError as error:
        logger.warning("The last changes will bring what differs now: %s", error)
        return 0


def _start_early(run: MigrationRun) -> int:
    """Start what the definition lets start while the last changes are not on the target yet; return how many workloads."""
    names = set(run.definition.cutover.start_early)
    if not names or is_traffic_on_target(run):
        return 0
    note_release(run, "target", early=True)
    found = list_workloads(run.target, run.definition.source.namespaces, RUNNING)
    return len(release_all(run.target, [obj for obj in found if name_of(obj) in names]))
