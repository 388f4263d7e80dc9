"""Services of type LoadBalancer: another cloud's annotations, and the ELB they get."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.foreign_annotations import foreign_annotations
from include.inventory.model import Finding, label
from include.inventory.services import is_load_balancer
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "load_balancer"
SEVERITIES = ("blocker", "info")
HANDLED_BY: PhaseId = "adaptation"
WHY = "On CCE a LoadBalancer Service gets its address from the ELB it names; another cloud's annotations do nothing."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Services without an ELB to bind to, and annotations that are dropped."""
    for service in inventory.objects("Service"):
        if not is_load_balancer(service):
            continue
        if definition.target.load_balancer is None:
            yield Finding(
                RULE,
                "blocker",
                label(service),
                "is a LoadBalancer, but target.load_balancer is not set",
                "name the class and id of an existing ELB in target.load_balancer, or a name and how it is made",
            )
        foreign = foreign_annotations(service)
        if foreign:
            yield Finding(
                RULE,
                "info",
                label(service),
                f"loses annotations of another cloud: {', '.join(foreign)}",
                "check that the ELB is made the way they asked for (internal, TLS, protocol)",
                handled_by=HANDLED_BY,
            )
        if (service.get("spec") or {}).get("loadBalancerIP"):
            yield Finding(
                RULE,
                "info",
                label(service),
                "loses spec.loadBalancerIP; the address is the ELB's",
                "clients that use the address instead of the name need the new one",
                handled_by=HANDLED_BY,
            )
