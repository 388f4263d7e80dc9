"""Go back when the cutover fails: traffic to the source, the target still, the source's writers on. Never two writers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.front_door import is_traffic_on_target
from include.cutover.handing_over import take_back
from include.cutover.quiescing import quiesce, unquiesce, was_begun
from include.cutover.switching import DOCUMENT as SWITCHED
from include.cutover.switching import switch_back
from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

ROLLED_BACK = "cutover/rolled-back"


def roll_back(run: MigrationRun) -> bool:
    """Undo this run's switch of the traffic and start the source again; say whether there was one to undo.

    What an earlier run has switched stays as it is. Safe to repeat.
    """
    if not run.ledger.exists(SWITCHED) or is_rolled_back(run):
        logger.info("This run has switched nothing that is not undone: there is nothing to roll back")
        return False
    switch_back(run)
    quiesce(run, "target")
    take_back(run)
    unquiesce(run, "source")
    run.ledger.write(ROLLED_BACK, {"at": now()})
    logger.warning("The traffic is back on the source")
    return True


def is_rolled_back(run: MigrationRun) -> bool:
    """Say whether this run's last switch was undone; one that was cleared and made again counts anew."""
    if not run.ledger.exists(ROLLED_BACK):
        return False
    return str(run.ledger.read(ROLLED_BACK)["at"]) >= str(run.ledger.read(SWITCHED)["at"])


def end_quiesce(run: MigrationRun) -> int:
    """Start the source's workloads again unless the traffic has left it; return how many were started.

    The target's are stopped first, should they run already: both sides would do the same work twice.
    """
    if is_traffic_on_target(run):
        logger.info("The front door leads to the target: the source stays as it is")
        return 0
    if not was_begun(run, "source"):
        logger.info("This run has stopped nothing on the source")
        return 0
    quiesce(run, "target")
    return unquiesce(run, "source")
