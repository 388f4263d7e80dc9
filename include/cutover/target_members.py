"""Know what becomes the members of a listener's pool on the target."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from include.balancers import Listener, Member
from include.cutover.service import front_service, service_addresses
from include.errors import PermanentError
from include.planning.preflight.capacity import is_usable

if TYPE_CHECKING:
    from include.definition import Elb, ElbListener
    from include.run import MigrationRun


def target_members(run: MigrationRun, settings: Elb, chosen: ElbListener, listener: Listener) -> list[Member]:
    """Return the members that lead a listener's customers to the target, sorted.

    :raises PermanentError: when the Service there has no such port, or no address that can be a member.
    """
    service = front_service(run, "target") or {}
    port = service_port(service, chosen, listener)
    if port is None:
        raise PermanentError(
            f"Service {run.definition.front_door.service}, target cluster: has no port {chosen.service_port or listener.port}; name "
            f"one in service_port of listener {listener.id}"
        )
    if settings.members == "load_balancer":
        return [Member(_balancer_address(run), int(port["port"]))]
    return sorted(_nodes(run, port, settings.subnet))


def service_port(service: dict[str, Any], chosen: ElbListener, listener: Listener) -> dict[str, Any] | None:
    """Return the Service's port that a listener leads to, or None."""
    wanted = chosen.service_port or listener.port
    ports: list[dict[str, Any]] = (service.get("spec") or {}).get("ports") or []
    return next((one for one in ports if one["port"] == wanted), None)


def is_one_enough(run: MigrationRun, settings: Elb) -> bool:
    """Say whether nodes without a pod of the Service do not answer, as it wishes."""
    if settings.members != "nodes":
        return False
    spec = (front_service(run, "target") or {}).get("spec") or {}
    return spec.get("externalTrafficPolicy") == "Local"


def _balancer_address(run: MigrationRun) -> str:
    addresses = service_addresses(run, "target")
    for address in addresses:
        if _is_private_ipv4(address):
            return address
    raise PermanentError(
        f"Service {run.definition.front_door.service}, target cluster: has no private IPv4 address ({', '.join(addresses) or 'none'}), "
        "which a member by IP needs; give its load balancer one, or set front_door.elb.members to nodes"
    )


def _is_private_ipv4(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == 4 and address.is_private


def _nodes(run: MigrationRun, port: dict[str, Any], subnet: str | None) -> list[Member]:
    number = port.get("nodePort")
    if not number:
        raise PermanentError(
            f"Service {run.definition.front_door.service}, target cluster: its port {port['port']} has no node port; set "
            "front_door.elb.members to load_balancer"
        )
    nodes = [node for node in run.target.list("/api/v1/nodes") if is_usable(node)]
    found = [Member(address, int(number), subnet) for node in nodes if (address := _internal(node))]
    if not found:
        raise PermanentError("target cluster: no node is ready and schedulable; look at its node pools")
    return found


def _internal(node: dict[str, Any]) -> str:
    rows = (node.get("status") or {}).get("addresses") or []
    return next((str(row["address"]) for row in rows if row.get("type") == "InternalIP"), "")
