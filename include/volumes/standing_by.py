"""Have movers stand by for the last changes before the writers are stopped."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.front_door import is_traffic_on_target
from include.engines import run_side_by_side
from include.errors import MigrationError
from include.volumes.copying import THREADS, volume_rows
from include.volumes.delta import carry_delta, remove_standby, standby_movers
from include.volumes.going_back import note_ahead, note_begun
from include.volumes.movers import BACK, FORWARD, Way, can_stand_by
from include.volumes.names import claim_of
from include.volumes.output import read_tree
from include.volumes.running import await_pod, start_mover
from include.volumes.standby_keys import standby_secrets
from include.volumes.users import await_unused, node_using

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.planning.model import PlanItem
    from include.run import MigrationRun
    from include.volumes.manifests import Mover

logger = logging.getLogger(__name__)

RUNNING = frozenset({"Running", "Succeeded", "Failed"})


def stand_by(run: MigrationRun) -> int:
    """Start movers on both sides and let them move what changed so far; return how many volumes they wait for.

    They keep the repository's index and the hashes of files that did not change since. A volume whose movers do not come
    about is told, and moved by movers that start when it is time: it costs downtime and nothing else.
    """
    return 0 if is_traffic_on_target(run) else _stand_by(run, FORWARD)


def stand_by_back(run: MigrationRun) -> int:
    """Do the same for the way back, while the target serves customers and the source stands still."""
    return _stand_by(run, BACK)


def _stand_by(run: MigrationRun, way: Way) -> int:
    rows = [row for row in volume_rows(run) if can_stand_by(row)]
    if not rows:
        return 0
    secrets = standby_secrets(run)
    return sum(run_side_by_side(lambda row: _prepare(run, row, way, secrets), rows, THREADS, name="volumes"))


def _prepare(run: MigrationRun, row: PlanItem, way: Way, secrets: dict[str, str]) -> bool:
    try:
        _start_both(run, row, way, secrets)
        if way is FORWARD:
            return carry_delta(run, row, "ahead", way) is not None
        return _carry_ahead_back(run, row)
    except MigrationError as error:
        logger.warning("Volume %s: no movers stand by for its last changes: %s", claim_of(row), error)
        remove_standby(run, row, way)
        return False


def _carry_ahead_back(run: MigrationRun, row: PlanItem) -> bool:
    note_begun(run, row)
    printed = carry_delta(run, row, "ahead", BACK)
    if printed:
        note_ahead(run, row, read_tree(printed[1]))
    return printed is not None


def _start_both(run: MigrationRun, row: PlanItem, way: Way, secrets: dict[str, str]) -> None:
    namespace, claim = row.details["namespace"], row.details["claim"]
    here, there = way.ends(run)
    await_unused(there, namespace, claim)
    movers = standby_movers(run, row, way, node_using(here, namespace, claim))
    run_side_by_side(lambda one: _start(*one, secrets), movers, len(movers), name="standby")


def _start(cluster: Cluster, mover: Mover, secrets: dict[str, str]) -> None:
    uid = start_mover(cluster, mover, secrets)
    try:
        await_pod(cluster, mover, uid, RUNNING)
    finally:
        # Its environment is read when it starts.
        cluster.delete(f"/api/v1/namespaces/{mover.namespace}/secrets/{mover.name}")
