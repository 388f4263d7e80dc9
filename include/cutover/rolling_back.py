"""Go back: traffic to the source, the target still, what it took brought back, the source's writers on. Never two writers."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.cutover.bringing_back import bring_all_back, renew_target
from include.cutover.charge import take_charge
from include.cutover.front_door import is_traffic_on_target
from include.cutover.handing_over import take_back, was_handed_over
from include.cutover.quiescing import (
    are_writers_held,
    is_quiesced,
    quiesce,
    release_held,
    release_workloads,
    unquiesce,
    was_begun,
)
from include.cutover.rolled_back import has_switched, is_rolled_back, note_rolled_back
from include.cutover.steps import timed_step
from include.cutover.switching import switch_back
from include.databases import disarm_way_back

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

# Airflow's worker hears within a heartbeat that its task is to end, and kills it five seconds later.
ENDING_SECONDS = 12.0
POLL_SECONDS = 2.0


def roll_back(run: MigrationRun) -> bool:
    """Undo this run's switch of the traffic and start the source again; say whether there was one to undo.

    What an earlier run has switched stays as it is. Safe to repeat. The customers come first: what the target does not give
    back stays there, and is told.
    """
    if not has_switched(run) or (is_rolled_back(run) and not was_handed_over(run)):
        logger.info("This run has switched nothing that is not undone: there is nothing to roll back")
        return False
    if not is_rolled_back(run):
        switch_back(run)
        _stop_target(run)
        start_source(run, bring_all_back(run, leaves_behind=True))
    settle_roll_back(run)
    return True


def start_source(run: MigrationRun, lost: list[str]) -> None:
    """Start the source's workloads as they were: the front door leads there, and the target stands still."""
    with timed_step(run, "start the source"):
        unquiesce(run, "source")
    note_rolled_back(run, lost)
    logger.warning("The traffic is back on the source")


def settle_roll_back(run: MigrationRun) -> None:
    """Let later runs copy into the target again, which keeps nothing any more.

    Last: the customers do not wait for the target's databases, which may be what has failed.
    """
    take_back(run)
    disarm_way_back(run)


def return_traffic(run: MigrationRun) -> None:
    """Let the front door lead to the source again, and start it: everything was brought back.

    Safe to repeat, and to be killed in between: the source is started only once the front door leads to it.
    """
    if not is_rolled_back(run):
        charge = take_charge(run, "what brings the customers back")
        with timed_step(run, "switch the front door back"):
            charge.check()
            switch_back(run)
        charge.check()
        start_source(run, [])


def end_way_back(run: MigrationRun) -> int:
    """Let the target go on where a way back ended before the traffic was back; return how many workloads were released.

    Once the front door leads to the source there is no other way: it is started, should it stand still.
    """
    take_charge(run, "what ends the way back")
    if not was_begun(run, "target"):
        logger.info("The target was not stopped")
        return 0
    if not is_rolled_back(run):
        logger.info("Waiting until a task of the way back, if it was ended by hand, can no longer act")
        time.sleep(ENDING_SECONDS)
    if not is_traffic_on_target(run):
        return_traffic(run)
        settle_roll_back(run)
        return 0
    logger.warning("The way back was not gone to its end: the target goes on")
    if is_quiesced(run, "target"):
        renew_target(run)
    return release_workloads(run, "target")


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
        try:
            started = unquiesce(run, "source")
        finally:
            _release_late_holds(run)
    else:
        unquiesce(run, "source")
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
