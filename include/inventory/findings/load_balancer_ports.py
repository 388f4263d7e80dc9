"""LoadBalancer Services that want the same port of one ELB."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.balancer_wishes import is_internal
from include.inventory.model import Finding, label, listed
from include.inventory.store import Inventory

RULE = "load_balancer_port"
SEVERITIES = ("blocker",)
WHY = "An ELB has one listener a port: CCE binds the first of the Services, the others never get an address."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report ports that several Services share, all of which are bound to the ELB of the definition."""
    balancer = definition.target.load_balancer
    if balancer is None:
        return
    users: dict[tuple[str, int, str], list[str]] = {}
    for service in inventory.objects("Service"):
        spec = service.get("spec") or {}
        for port in spec.get("ports") or [] if spec.get("type") == "LoadBalancer" else []:
            elb = "internal ELB" if balancer.internal_id and is_internal(service) else "ELB"
            place = (elb, port["port"], port.get("protocol", "TCP"))
            users.setdefault(place, []).append(label(service))
    for (elb, number, protocol), names in sorted(users.items()):
        if len(names) > 1:
            yield Finding(
                RULE,
                "blocker",
                f"port {number} ({protocol}) of the {elb}",
                f"is wanted by {listed(names)}",
                "give them different ports, or put them behind one Ingress",
            )
