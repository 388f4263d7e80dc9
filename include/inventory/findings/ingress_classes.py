"""Ingresses and the controller that has to serve them on the target."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.ingress_classes import class_of, is_foreign_class
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "ingress_class"
SEVERITIES = ("blocker", "warning", "info")
HANDLED_BY: PhaseId = "adaptation"
WHY = "An Ingress without a controller of its class gets no address: nobody answers requests from outside."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report which controller each Ingress needs, and those of another cloud's load balancer."""
    for ingress in inventory.objects("Ingress"):
        name = class_of(ingress)
        if is_foreign_class(name) and definition.target.load_balancer:
            yield Finding(
                RULE,
                "info",
                label(ingress),
                f"class {name} is another cloud's; it becomes class cce on the ELB",
                "nothing to do",
                handled_by=HANDLED_BY,
            )
        elif is_foreign_class(name):
            yield Finding(
                RULE,
                "blocker",
                label(ingress),
                f"class {name} is another cloud's, and target.load_balancer is not set",
                "name an existing ELB in target.load_balancer",
            )
        elif name != "cce":
            yield Finding(
                RULE,
                "warning",
                label(ingress),
                f"needs an Ingress controller of class {name or '(default)'}",
                "install it on the target, for nginx the NGINX Ingress Controller add-on",
            )
