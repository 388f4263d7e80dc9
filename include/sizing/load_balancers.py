"""Count the load balancers that Services and Ingresses need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from include.definition import Definition
from include.inventory.ingress_classes import class_of, is_foreign_class
from include.inventory.services import is_load_balancer
from include.inventory.store import Inventory
from include.sizing.model import Advice, counted

NGINX = "nginx"
KINDS = {"union": "shared", "performance": "dedicated"}

Manifest = dict[str, Any]


def load_balancer_advice(inventory: Inventory, definition: Definition) -> Iterator[Advice]:
    """Yield the ELBs of LoadBalancer Services, and one for every class of Ingresses."""
    services = [one for one in inventory.objects("Service") if is_load_balancer(one)]
    if services:
        yield _services(services, definition)
    classes = Counter(class_of(one) or "the default class" for one in inventory.objects("Ingress"))
    for name, count in sorted(classes.items()):
        yield _ingresses(name, count)


def most_on_one_port(services: Sequence[Manifest]) -> int:
    """Return how many Services listen on the port that most of them share: an ELB has each port once."""
    ports = Counter(
        (row.get("protocol") or "TCP", row.get("port"))
        for service in services
        for row in (service.get("spec") or {}).get("ports") or []
    )
    return max(ports.values(), default=1)


def _services(services: Sequence[Manifest], definition: Definition) -> Advice:
    balancer = definition.target.load_balancer
    kind = KINDS[balancer.elb_class] if balancer else "shared or dedicated"
    number = most_on_one_port(services)
    reason = counted(len(services), "LoadBalancer Service")
    if number > 1:
        reason += f"; {number} of them listen on one port, which an ELB has once"
    elif len(services) > 1:
        reason += "; no two of them listen on one port, so that one ELB serves all"
    if balancer:
        reason += f"; the definition names one, {balancer.label}"
    return Advice(
        "load balancers",
        "ELB for Services",
        f"{number} {kind}",
        reason,
        {"elbs": number, "services": len(services), "class": balancer.elb_class if balancer else None},
    )


def _ingresses(name: str, count: int) -> Advice:
    many = f"{counted(count, 'Ingress', 'Ingresses')} of class {name}"
    if name == NGINX:
        reason = f"{many}; the add-on NGINX Ingress Controller stands behind one ELB and keeps the class"
    elif is_foreign_class(name):
        reason = f"{many}, another cloud's own load balancer; class cce takes its place, with one ELB"
    else:
        reason = f"{many}; one ELB stands before whatever serves the class"
    return Advice(
        "load balancers",
        f"ELB for Ingress class {name}",
        "1",
        reason,
        {"class": name, "ingresses": count, "elbs": 1},
    )
