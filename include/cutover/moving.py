"""Move the customers in one go: each task of its own would have them wait for the scheduler and for its imports."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cutover.beginning import refuse_now
from include.cutover.charge import Charge, take_charge
from include.cutover.final_pass import move_last_changes
from include.cutover.front_door import front_door_addresses
from include.cutover.gates import pass_gates
from include.cutover.handing_over import hand_over
from include.cutover.last_look import look_once_more
from include.cutover.quiescing import (
    are_writers_held,
    is_quiesced,
    note_release,
    quiesce,
    quiesced_at,
    release_workloads,
)
from include.cutover.steps import log_group, log_timeline, recorded_steps, timed_step
from include.cutover.switching import switch_traffic
from include.cutover.workloads import living_pods
from include.verification import expected_workloads, run_checks, verify_workloads

if TYPE_CHECKING:
    from include.run import MigrationRun
    from include.verification.workloads import Watched

logger = logging.getLogger(__name__)

CARRIED = "cutover/carried"


def move_traffic(run: MigrationRun) -> dict[str, int]:
    """Stop the source, move the last changes, start and check the target, and switch; return what was counted.

    Safe to repeat, and to be killed anywhere: the same quiesce goes on, the last changes are moved once for it, and what follows
    looks first at what is so already. A try beside the next one, or beside what undoes the cutover, starts and switches nothing.

    :raises PermanentError: when somebody else has taken over.
    :raises ProofError: when something has not arrived, or does not work on the target.
    """
    charge = take_charge(run, "another try of this task")
    # Adapting them takes a processor a while, which the target's pods need later.
    expected = expected_workloads(run)
    with log_group("Stop the writers"):
        _stop_source(run)
    with log_group("Move the last changes"):
        _carry_last_changes(run)
    with log_group("Start and check the target"):
        _start_target(run, charge, expected)
    with log_group("Pass the gates and switch"):
        rows = _switch(run, charge)
    log_timeline(recorded_steps(run.ledger))
    return {"rows": rows}


def _stop_source(run: MigrationRun) -> None:
    """Stop the source, unless this run has it stopped: another quiesce would ask for other last changes."""
    if is_quiesced(run, "source") and not living_pods(run.source, run.definition.source.namespaces):
        logger.info("The source stands still since its quiesce")
        return
    refuse_now(run)
    look_once_more(run)
    quiesce(run, "source")


def _carry_last_changes(run: MigrationRun) -> None:
    """Move the last changes once for a quiesce: what the target's workloads write later would be taken for a difference."""
    since = quiesced_at(run, "source")
    if run.ledger.exists(CARRIED) and run.ledger.read(CARRIED)["quiesced_at"] == since:
        logger.info("The last changes are on the target since an earlier try")
        return
    if not are_writers_held(run, "target"):
        quiesce(run, "target")
    move_last_changes(run)
    run.ledger.write(CARRIED, {"quiesced_at": since})


def _start_target(run: MigrationRun, charge: Charge, expected: list[Watched]) -> None:
    note_release(run, "target")
    charge.check()
    release_workloads(run)
    with timed_step(run, "wait for the target's pods"):
        verify_workloads(run, expected)
    # Not beside it: a request that comes before the pods are ready may hang as long as the check allows.
    with timed_step(run, "check the target's functions"):
        run_checks(run, front_door_addresses(run, with_source=False))


def _switch(run: MigrationRun, charge: Charge) -> int:
    rows = pass_gates(run)
    hand_over(run, charge)
    charge.check()
    switch_traffic(run)
    return rows
