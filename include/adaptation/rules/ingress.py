"""Give Ingresses of another cloud's load balancer to CCE's."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.rules.load_balancer import ELB_CLASS, ELB_ID
from include.inventory.foreign_annotations import foreign_annotations
from include.inventory.ingress_classes import CLASS_ANNOTATION, class_of, is_foreign_class

REASON = (
    "CCE has no controller for another cloud's Ingress class: the Ingress gets class cce and the ELB of "
    "the definition."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0252, creating an ELB Ingress using kubectl"
ELB_PORT = "kubernetes.io/elb.port"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Ingresses of another cloud's class; nginx and others bring their own controller."""
    return obj.get("kind") == "Ingress" and is_foreign_class(class_of(obj))


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Ingress with class `cce`, bound to the ELB; unchanged when the definition names none."""
    balancer = context.definition.target.load_balancer
    if balancer is None:
        return obj
    adapted = copy.deepcopy(obj)
    dropped = {CLASS_ANNOTATION, *foreign_annotations(obj)}
    annotations = adapted["metadata"].get("annotations") or {}
    kept = {name: value for name, value in annotations.items() if name not in dropped}
    port = "443" if (obj.get("spec") or {}).get("tls") else "80"
    ours = {ELB_CLASS: balancer.elb_class, ELB_ID: balancer.id, ELB_PORT: port}
    adapted["metadata"]["annotations"] = kept | ours
    adapted["spec"]["ingressClassName"] = "cce"
    return adapted
