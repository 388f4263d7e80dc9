"""Ingresses and the controller that has to serve them on the target."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.ingress_classes import ELB_CLASS, class_of, controller_on_target, is_foreign_class
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
        controller = controller_on_target(ingress, definition)
        what = f"class {name or '(default)'}"
        if controller == "elb" and name != ELB_CLASS:
            yield Finding(
                RULE,
                "info",
                label(ingress),
                f"{what} becomes class cce on the ELB",
                "nothing to do",
                handled_by=HANDLED_BY,
            )
        elif controller is None and (is_foreign_class(name) or definition.target.ingress == "elb"):
            yield Finding(
                RULE,
                "blocker",
                label(ingress),
                f"{what} is to become ELB's, and target.load_balancer is not set",
                "name an existing ELB in target.load_balancer, or set target.ingress to nginx",
            )
        elif controller == "nginx":
            yield Finding(
                RULE,
                "warning",
                label(ingress),
                f"{what} becomes class nginx",
                "install the NGINX Ingress Controller add-on on the target",
            )
        elif name != ELB_CLASS:
            yield Finding(
                RULE,
                "warning",
                label(ingress),
                f"needs an Ingress controller of {what}",
                "install it on the target, for nginx the NGINX Ingress Controller add-on, or set target.ingress",
            )
