"""Know where the front door leads: the DNS record, and the load balancers of both sides."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.connections.access import Side
from include.errors import ClusterUnavailableError, TemporaryError
from include.zones import RecordSet, Zone, open_zone

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def is_traffic_on_target(run: MigrationRun) -> bool:
    """Say whether the front door's record leads to the target's load balancer.

    The source is asked first: while the record leads there, the answer does not depend on a target that may be down.

    :raises TemporaryError: when the DNS server does not answer, or the target has to and does not: guessing could cost data.
    """
    values = {_compared(value) for one in read_record(run) for value in one.values}
    if not values or _leads_to_source(run, values):
        return False
    return values <= _balancer(run, "target")


def _leads_to_source(run: MigrationRun, values: set[str]) -> bool:
    try:
        return values <= _balancer(run, "source")
    except ClusterUnavailableError:
        logger.info("The source cluster does not answer; the target says whether the front door leads to it")
        return False


def _balancer(run: MigrationRun, side: Side) -> set[str]:
    return {_compared(address) for address in service_addresses(run, side)}


def service_addresses(run: MigrationRun, side: Side) -> list[str]:
    """Return the addresses of the front door's Service on one side; none when it has none, or is not there."""
    namespace, _, name = run.definition.front_door.service.partition("/")
    cluster = run.source if side == "source" else run.target
    service = cluster.find(f"/api/v1/namespaces/{namespace}/services/{name}")
    balancer = ((service or {}).get("status") or {}).get("loadBalancer") or {}
    return [str(row.get("ip") or row.get("hostname")) for row in balancer.get("ingress") or []]


def target_address(run: MigrationRun) -> str:
    """Return the address of the front door's load balancer on the target.

    :raises TemporaryError: while it has none.
    """
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


def read_record(run: MigrationRun) -> list[RecordSet]:
    """Ask whoever keeps the zone what the front door's record holds.

    :raises TemporaryError: when nobody answers: an empty answer would be taken for an empty record.
    """
    return front_door_zone(run).read()


def write_record(run: MigrationRun, records: list[RecordSet]) -> None:
    """Replace what the front door's record holds.

    :raises PermanentError: when it is refused.
    """
    front_door_zone(run).write(records)


def front_door_zone(run: MigrationRun) -> Zone:
    """Return whoever keeps the zone of the front door's record."""
    settings = run.definition.front_door.dns
    return open_zone(run.connections, settings.connection, settings.record)


def _compared(address: str) -> str:
    """Return an address or name as a record and a Service's status write it alike."""
    return address.rstrip(".").lower()
