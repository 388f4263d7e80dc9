"""Bind LoadBalancer Services to the ELB of the definition."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.foreign_annotations import foreign_annotations
from include.inventory.services import is_load_balancer

REASON = (
    "CCE's load balancer is chosen by annotations of its own: those of the other cloud go, and the "
    "Service is bound to the ELB of the definition."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0681, creating a LoadBalancer Service"
ELB_CLASS = "kubernetes.io/elb.class"
ELB_ID = "kubernetes.io/elb.id"
# Each belongs to another cloud's controller, or to an address CCE does not take from the Service.
FOREIGN_FIELDS = ("loadBalancerIP", "loadBalancerClass")


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Services of type LoadBalancer."""
    return is_load_balancer(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Service with CCE's annotations instead of another cloud's."""
    adapted = copy.deepcopy(obj)
    annotations = dict(adapted["metadata"].get("annotations") or {})
    for name in foreign_annotations(obj):
        del annotations[name]
    balancer = context.definition.target.load_balancer
    if balancer is not None:
        annotations |= {ELB_CLASS: balancer.elb_class, ELB_ID: balancer.id}
    adapted["metadata"]["annotations"] = annotations
    for name in FOREIGN_FIELDS:
        adapted["spec"].pop(name, None)
    return adapted
