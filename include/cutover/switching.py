"""Move the front door to the target, and back."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.cutover.front_door import open_door
from include.cutover.redirecting import end_redirect, redirect_source
from include.cutover.steps import timed_step
from include.errors import ProofError
from include.ledger import Proof
from include.ledger.records import Action, now
from include.planning.model import load_plan
from include.proofs import settle_item

if TYPE_CHECKING:
    from include.cutover.door import Door, Lead
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "cutover"
DOCUMENT = "cutover/endpoint"
STEP = "switch the front door"


def switch_traffic(run: MigrationRun) -> None:
    """Let the front door lead to the target; where it led before is remembered for the way back.

    :raises PermanentError: when the target has no place for the customers yet.
    :raises ProofError: when the front door does not tell afterwards that it leads there.
    """
    with timed_step(run, STEP):
        started = time.monotonic()
        door = open_door(run)
        wanted = door.leads_to("target")
        was_switched = door.is_on_target()
        if not was_switched:
            _remember(run, door, wanted)
            door.write(wanted)
        _prove(run, door, wanted, "already_equal" if was_switched else "adapted", time.monotonic() - started)
    logger.info("%s leads to the target: %s", run.definition.front_door.title, _text(door, wanted))
    redirect_source(run)


def switch_back(run: MigrationRun) -> None:
    """Let the front door lead to the source again: to where it led before the switch.

    :raises ProofError: when the front door does not tell afterwards that it leads there.
    """
    door = open_door(run)
    wanted = _remembered(run) or door.leads_to("source")
    door.write(wanted)
    seen = door.read()
    if door.values(seen) != door.values(wanted):
        raise ProofError(_difference(run, _text(door, seen), _text(door, wanted)))
    # Last: until then the target serves who comes to the source, and what it takes is brought back.
    end_redirect(run)
    run.ledger.event(
        "traffic switched back", front_door=run.definition.front_door.name, values=door.values(wanted)
    )
    logger.info("%s leads to the source: %s", run.definition.front_door.title, _text(door, wanted))


def _remembered(run: MigrationRun) -> list[Lead]:
    return list(run.ledger.read(DOCUMENT)["before"]) if run.ledger.exists(DOCUMENT) else []


def _remember(run: MigrationRun, door: Door, wanted: list[Lead]) -> None:
    before, name = door.former(), run.definition.front_door.name
    run.ledger.write(DOCUMENT, {"at": now(), "front_door": name, "before": before, "after": wanted})
    run.ledger.event(
        "traffic switched", front_door=name, before=door.values(before), after=door.values(wanted)
    )


def _prove(run: MigrationRun, door: Door, wanted: list[Lead], action: Action, seconds: float) -> None:
    expected, seen = door.evidence(wanted)
    proof = Proof(method=door.method, source=expected, target=seen, equal=expected == seen)
    problem = _difference(run, ", ".join(seen) or "nothing", ", ".join(expected))
    note = door.keeps(_remembered(run))
    for row in load_plan(run.ledger).items(PHASE, "endpoint"):
        settle_item(run, row, proof, problem, action=action, seconds=seconds, note=note)
    if not proof.equal:
        raise ProofError(problem)


def _difference(run: MigrationRun, seen: str, wanted: str) -> str:
    return f"{run.definition.front_door.title}: holds {seen} instead of {wanted}"


def _text(door: Door, leads: list[Lead]) -> str:
    return ", ".join(door.values(leads)) or "nothing"
