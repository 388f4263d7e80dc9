"""Services of type LoadBalancer: another cloud's annotations, and the ELB they get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.balancer_wishes import WISHES
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
        yield from _annotations(service)
        if (service.get("spec") or {}).get("loadBalancerIP"):
            yield Finding(
                RULE,
                "info",
                label(service),
                "loses spec.loadBalancerIP; the address is the ELB's",
                "clients that use the address instead of the name need the new one",
                handled_by=HANDLED_BY,
            )


def _annotations(service: dict[str, Any]) -> Iterator[Finding]:
    foreign = foreign_annotations(service)
    lost = [name for name in foreign if name not in WISHES]
    kept = [name for name in foreign if name in WISHES]
    texts = (
        (
            lost,
            "loses annotations that only another cloud understands",
            "check that nobody misses what they did",
        ),
        (
            kept,
            "says in annotations of ELB what it said to another cloud",
            "look at the findings of load_balancer_intent",
        ),
    )
    for names, message, remedy in texts:
        if names:
            yield Finding(
                RULE, "info", label(service), f"{message}: {', '.join(names)}", remedy, handled_by=HANDLED_BY
            )
