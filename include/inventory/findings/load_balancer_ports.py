"""LoadBalancer Services and Ingresses that want the same port of one ELB."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.ingress_settings import elb_settings
from include.definition import Definition
from include.inventory.balancer_wishes import ELB, is_internal
from include.inventory.ingress_classes import controller_on_target
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
    listeners = _ingress_listeners(inventory, definition)
    for (elb, number, protocol), names in sorted(users.items()):
        wanting = names + (listeners.get((elb, number), []) if protocol == "TCP" else [])
        if len(wanting) > 1:
            yield Finding(
                RULE,
                "blocker",
                f"port {number} ({protocol}) of the {elb}",
                f"is wanted by {listed(wanting)}",
                "give them different ports, or put them behind one Ingress",
            )


def _ingress_listeners(inventory: Inventory, definition: Definition) -> dict[tuple[str, int], list[str]]:
    """Return the ports that Ingresses listen at; among themselves they share them."""
    balancer = definition.target.load_balancer
    found: dict[tuple[str, int], list[str]] = {}
    for ingress in inventory.objects("Ingress") if balancer else []:
        if balancer is None or controller_on_target(ingress, definition) != "elb":
            continue
        settings = elb_settings(ingress, balancer)
        ports = {80, 443} if f"{ELB}listen-ports" in settings else {int(settings[f"{ELB}port"])}
        elb = "internal ELB" if settings[f"{ELB}id"] != balancer.id else "ELB"
        for port in ports:
            found.setdefault((elb, port), []).append(label(ingress))
    return found
