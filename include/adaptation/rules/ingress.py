"""Give Ingresses of another cloud's load balancer, or all of them, to CCE's ELB or its NGINX add-on."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.ingress_paths import adapt_paths
from include.adaptation.ingress_settings import elb_settings, nginx_settings
from include.adaptation.rules.load_balancer import ELB_ID, FORMER
from include.inventory.balancer_wishes import ELB
from include.inventory.ingress_classes import (
    CLASS_ANNOTATION,
    ELB_CLASS,
    NGINX_CLASS,
    class_of,
    controller_on_target,
)
from include.inventory.ingress_wishes import controller_annotations, ingress_wishes

REASON = (
    "CCE has no controller for another cloud's Ingress class: the Ingress gets class cce and the ELB of the definition, or "
    "class nginx for the add-on, and asks it in its own annotations for what it asked before."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0252 and cce_10_0858, ELB Ingresses"

Manifest = dict[str, Any]


def applies_to(obj: Manifest) -> bool:
    """Look at Ingresses."""
    return obj.get("kind") == "Ingress" and str(obj.get("apiVersion")).startswith("networking.k8s.io/")


def apply(obj: Manifest, context: AdaptationContext) -> Manifest:
    """Return the Ingress of the controller that the definition chooses; unchanged when its own comes along."""
    controller = controller_on_target(obj, context.definition)
    if controller is None:
        return obj
    adapted = copy.deepcopy(obj)
    adapted.setdefault("spec", {})["ingressClassName"] = ELB_CLASS if controller == "elb" else NGINX_CLASS
    annotations = _kept(obj) | (
        _elb_annotations(obj, context) if controller == "elb" else nginx_settings(obj)
    )
    adapted["metadata"]["annotations"] = annotations
    if not annotations:
        del adapted["metadata"]["annotations"]
    adapt_paths(adapted["spec"], ingress_wishes(obj), with_match_mode=controller == "elb")
    return adapted


def _elb_annotations(obj: Manifest, context: AdaptationContext) -> dict[str, Any]:
    balancer = context.definition.target.load_balancer
    if balancer is None:
        return {}
    present = obj["metadata"].get("annotations") or {}
    if class_of(obj) == ELB_CLASS and present.get(ELB_ID) in {balancer.id, balancer.internal_id}:
        return {name: value for name, value in present.items() if name.startswith(ELB)}
    settings = elb_settings(obj, balancer)
    # An Ingress of CCE says itself at which port it listens.
    return settings | {name: value for name, value in _kept(obj).items() if name == f"{ELB}port"}


def _kept(obj: Manifest) -> dict[str, str]:
    dropped = {CLASS_ANNOTATION, *controller_annotations(obj), *FORMER}
    annotations = obj["metadata"].get("annotations") or {}
    return {name: value for name, value in annotations.items() if name not in dropped}
