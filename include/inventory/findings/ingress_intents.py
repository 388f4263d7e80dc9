"""What Ingresses asked of their controller that the target's does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.adaptation.ingress_settings import certificates_of, is_internal
from include.definition import Definition
from include.inventory.ingress_classes import IngressTarget, controller_on_target
from include.inventory.ingress_wishes import (
    WISHES,
    controller_annotations,
    ingress_wishes,
    is_action,
    is_needless,
)
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "ingress_intent"
SEVERITIES = ("blocker", "warning")
WHY = "The Ingress works on CCE without what it asked for: who was kept out may come in, and what was rewritten is not."
# Whoever had to log in does not have to any more.
LOGIN = "/auth-"
REMEDY = {
    "elb": "look for its equal among kubernetes.io/elb.* (CCE user guide, cce_10_0695), set target.ingress to nginx, or do without",
    "nginx": "look for its equal among nginx.ingress.kubernetes.io/*, or do without",
}

Manifest = dict[str, Any]


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what gets lost of each Ingress that another controller serves on the target."""
    for ingress in inventory.objects("Ingress"):
        controller = controller_on_target(ingress, definition)
        if controller is not None:
            yield from _lost_annotations(ingress, controller)
            yield from _lost_wishes(ingress, controller, definition)


def _lost_annotations(ingress: Manifest, controller: IngressTarget) -> Iterator[Finding]:
    annotations = ingress["metadata"].get("annotations") or {}
    lost = [
        name
        for name in controller_annotations(ingress)
        if name not in WISHES and not is_needless(name, annotations[name])
    ]
    logins = [name for name in lost if LOGIN in name]
    others = [name for name in lost if LOGIN not in name]
    if logins:
        message = f"lets people in after a login by {', '.join(logins)}, which the target does not know"
        yield Finding(RULE, "blocker", label(ingress), message, REMEDY[controller])
    if others:
        message = f"loses {', '.join(others)}"
        yield Finding(RULE, "warning", label(ingress), message, REMEDY[controller])
    rules = (ingress.get("spec") or {}).get("rules") or []
    paths = [path for rule in rules for path in (rule.get("http") or {}).get("paths") or []]
    actions = {f"alb.ingress.kubernetes.io/actions.{_service(path)}" for path in paths if is_action(path)}
    for name in sorted(actions & set(others)):
        message = f"leads a path to the action {name}, which only an ALB has; the path goes"
        yield Finding(RULE, "warning", label(ingress), message, "let the application answer it")


def _lost_wishes(ingress: Manifest, controller: IngressTarget, definition: Definition) -> Iterator[Finding]:
    wishes, balancer = ingress_wishes(ingress), definition.target.load_balancer
    name = f"{ingress['metadata']['namespace']}/{ingress['metadata']['name']}"
    if "certificate" in wishes and not (
        controller == "elb" and balancer and certificates_of(wishes, balancer)
    ):
        yield Finding(
            RULE,
            "warning",
            label(ingress),
            f"has the certificate {wishes['certificate']} of the other cloud",
            "put it into ELB, and its id into target.load_balancer.certificates"
            if controller == "elb"
            else "put it into a Secret, and name that in spec.tls",
        )
    if controller == "nginx" or balancer is None:
        return
    if "ranges" in wishes and name not in balancer.address_groups:
        yield Finding(
            RULE,
            "blocker",
            label(ingress),
            f"lets only {wishes['ranges']} in; ELB would let everybody in",
            "make an IP address group at ELB, and put its id into target.load_balancer.address_groups",
        )
    if is_internal(ingress) and not balancer.internal_id:
        yield Finding(
            RULE,
            "warning",
            label(ingress),
            "is reachable from inside its network only",
            "name an ELB without public address in target.load_balancer.internal_id",
        )


def _service(path: Manifest) -> str:
    return str(path["backend"]["service"]["name"])
