"""Move the front door's record to the target, and back."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.cutover.front_door import (
    front_door_zone,
    is_traffic_on_target,
    read_record,
    service_addresses,
    write_record,
)
from include.cutover.redirecting import end_redirect, redirect_source
from include.cutover.steps import timed_step
from include.errors import PermanentError, ProofError
from include.ledger import Proof
from include.ledger.records import Action, now
from include.planning.model import load_plan
from include.proofs import settle_item
from include.zones import RecordSet, records_of

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "cutover"
DOCUMENT = "cutover/endpoint"
STEP = "switch the front door"


def switch_traffic(run: MigrationRun) -> None:
    """Let the front door's record lead to the target; what it held before is remembered for the way back.

    :raises PermanentError: when the target's Service has no address yet.
    :raises ProofError: when the DNS server does not answer with the new address afterwards.
    """
    with timed_step(run, STEP):
        started = time.monotonic()
        wanted = _records(run, "target")
        before = read_record(run)
        was_switched = is_traffic_on_target(run)
        if not was_switched:
            _remember(run, before, wanted)
            write_record(run, wanted)
        _prove(run, wanted, "already_equal" if was_switched else "adapted", time.monotonic() - started)
    logger.info("%s leads to %s, the target", run.definition.front_door.dns.record, _text(wanted))
    redirect_source(run)


def switch_back(run: MigrationRun) -> None:
    """Let the front door's record lead to the source again: to what it held before the switch.

    :raises ProofError: when the DNS server does not answer with the old address afterwards.
    """
    remembered = run.ledger.read(DOCUMENT)["before"] if run.ledger.exists(DOCUMENT) else []
    wanted = [RecordSet.from_json(row) for row in remembered] or _records(run, "source")
    write_record(run, wanted)
    seen = read_record(run)
    if _values(seen) != _values(wanted):
        raise ProofError(
            f"DNS record {run.definition.front_door.dns.record}: holds {_text(seen)} instead of {_text(wanted)}"
        )
    # Last: until then the target serves who comes to the source, and what it takes is brought back.
    end_redirect(run)
    run.ledger.event(
        "traffic switched back", record=run.definition.front_door.dns.record, values=_values(wanted)
    )
    logger.info("%s leads to %s, the source", run.definition.front_door.dns.record, _text(wanted))


def _records(run: MigrationRun, side: Side) -> list[RecordSet]:
    front_door = run.definition.front_door
    addresses = service_addresses(run, side)
    if not addresses:
        raise PermanentError(
            f"Service {front_door.service}, {side} cluster: has no load balancer address; check its events and the load "
            "balancer of target.load_balancer"
        )
    return records_of(addresses, front_door.dns.ttl_seconds)


def _remember(run: MigrationRun, before: list[RecordSet], wanted: list[RecordSet]) -> None:
    settings = run.definition.front_door.dns
    for one in before:
        if one.ttl > settings.ttl_seconds:
            logger.warning(
                "%s had a TTL of %s s: clients may stay on the source that long", settings.record, one.ttl
            )
    run.ledger.write(
        DOCUMENT,
        {
            "at": now(),
            "record": settings.record,
            "before": [one.as_json() for one in before],
            "after": [one.as_json() for one in wanted],
        },
    )
    run.ledger.event(
        "traffic switched", record=settings.record, before=_values(before), after=_values(wanted)
    )


def _prove(run: MigrationRun, wanted: list[RecordSet], action: Action, seconds: float) -> None:
    seen = read_record(run)
    proof = Proof(
        method=front_door_zone(run).method,
        source=_values(wanted),
        target=_values(seen),
        equal=_values(wanted) == _values(seen),
    )
    problem = (
        f"DNS record {run.definition.front_door.dns.record}: holds {_text(seen)} instead of {_text(wanted)}"
    )
    for row in load_plan(run.ledger).items(PHASE, "endpoint"):
        settle_item(run, row, proof, problem, action=action, seconds=seconds)
    if not proof.equal:
        raise ProofError(problem)


def _values(records: list[RecordSet]) -> list[str]:
    return sorted(value for one in records for value in one.values)


def _text(records: list[RecordSet]) -> str:
    return ", ".join(_values(records)) or "nothing"
