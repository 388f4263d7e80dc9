"""Know where the front door leads, and the load balancers of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.connections.access import Side
from include.cutover.listener_door import ListenerDoor
from include.cutover.record_door import RecordDoor
from include.cutover.service import service_addresses
from include.errors import TemporaryError

if TYPE_CHECKING:
    from include.cutover.door import Door
    from include.run import MigrationRun


def open_door(run: MigrationRun) -> Door:
    """Return what leads the customers, as the definition says."""
    elb = run.definition.front_door.elb
    return RecordDoor(run) if elb is None else ListenerDoor(run, elb)


def is_traffic_on_target(run: MigrationRun) -> bool:
    """Say whether the front door leads to the target.

    :raises TemporaryError: when that is not known: guessing could cost data.
    """
    return open_door(run).is_on_target()


def target_address(run: MigrationRun) -> str:
    """Return the address of the front door's load balancer on the target; an empty one in a rehearsal, which takes none.

    :raises TemporaryError: while it has none.
    """
    if run.is_rehearsal:
        return ""
    addresses = service_addresses(run, "target")
    if not addresses:
        raise TemporaryError(
            f"Service {run.definition.front_door.service}, target cluster: has no load balancer address yet; "
            "look at its events and at target.load_balancer of the definition"
        )
    return addresses[0]


def front_door_addresses(run: MigrationRun, *, with_source: bool) -> dict[Side, str]:
    """Return the address of the front door's load balancer on the target, and on the source where it has one.

    :raises TemporaryError: while the target's has none.
    """
    found: dict[Side, str] = {"target": target_address(run)}
    for address in service_addresses(run, "source")[:1] if with_source else []:
        found["source"] = address
    return found
