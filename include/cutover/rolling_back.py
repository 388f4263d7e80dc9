"""Go back when the cutover fails: traffic to the source, the target still, the source's writers on. Never two writers."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.cutover.charge import take_charge
from include.cutover.front_door import is_traffic_on_target
from include.cutover.handing_over import take_back, was_handed_over
from include.cutover.quiescing import (
    are_writers_held,
    is_quiesced,
    quiesce,
    release_held,
    unquiesce,
    was_begun,
)
from include.cutover.steps import timed_step
from include.cutover.switching import DOCUMENT as SWITCHED
from include.cutover.switching import switch_back
from include.databases import bring_back, disarm_way_back
from include.ledger.records import now

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

ROLLED_BACK = "cutover/rolled-back"
# Airflow's worker hears within a heartbeat that its task is to end, and kills it five seconds later.
ENDING_SECONDS = 12.0
POLL_SECONDS = 2.0


def roll_back(run: MigrationRun) -> bool:
    """Undo this run's switch of the traffic and start the source again; say whether there was one to undo.

    What an earlier run has switched stays as it is. Safe to repeat.
    """
    if not run.ledger.exists(SWITCHED) or (is_rolled_back(run) and not was_handed_over(run)):
        logger.info("This run has switched nothing that is not undone: there is nothing to roll back")
        return False
    if not is_rolled_back(run):
        switch_back(run)
        _stop_target(run)
        with timed_step(run, "bring back what was written on the target"):
            lost = bring_back(run)
        unquiesce(run, "source")
        run.ledger.write(ROLLED_BACK, {"at": now(), "lost": lost})
        logger.warning("The traffic is back on the source")
    # Last: the customers do not wait for the target's databases, which may be what has failed.
    take_back(run)
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
    take_charge(run, "what undoes the cutover")
    may_start = was_handed_over(run) or not are_writers_held(run, "target")
    if was_begun(run, "source") and may_start and not is_traffic_on_target(run):
        logger.info(
            "Waiting until the task that moves the traffic, if it was ended by hand, can no longer act"
        )
        time.sleep(ENDING_SECONDS)
    if is_traffic_on_target(run):
        logger.info("The front door leads to the target: the source stays as it is")
        return 0
    started = 0
    if was_begun(run, "source"):
        _stop_target(run)
        # A way back that was begun and failed would leave the source's triggers off.
        disarm_way_back(run)
        started = unquiesce(run, "source")
        _release_late_holds(run)
    else:
        logger.info("This run has nothing stopped on the source")
    take_back(run)
    return started


def _stop_target(run: MigrationRun) -> None:
    """Stop the target, unless this run has it stopped already: then it need not answer."""
    if is_quiesced(run, "target"):
        logger.info("The target stands still since its quiesce")
        return
    quiesce(run, "target")


def _release_late_holds(run: MigrationRun) -> None:
    """Start again what a task of the quiesce has held since: one that is told to end works on for some seconds."""
    ends = time.monotonic() + ENDING_SECONDS
    while time.monotonic() < ends:
        time.sleep(POLL_SECONDS)
        late = release_held(run, "source")
        if late:
            logger.warning("%s workloads of the source were held once more, and run again", late)
    # Its last word may have been that the source stands still.
    unquiesce(run, "source")
