"""Drop choices of nodes, zones and node groups of the source."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.node_labels import foreign_labels, is_foreign
from include.inventory.pod_specs import pod_spec

REASON = (
    "Nodes, zones and node groups of the source are not there on CCE: a pod that demands one would stay "
    "Pending, so the demand goes or names what the definition maps it to."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0004, node labels"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods and pod templates."""
    return pod_spec(obj) is not None


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object without nodeName and without demands on labels that the target's nodes lack."""
    original = pod_spec(obj) or {}
    if not foreign_labels(original) and "nodeName" not in original:
        return obj
    adapted = copy.deepcopy(obj)
    spec = pod_spec(adapted) or {}
    spec.pop("nodeName", None)
    selector = {
        name: value for name, value in (spec.pop("nodeSelector", None) or {}).items() if not is_foreign(name)
    }
    if selector:
        spec["nodeSelector"] = selector
    _clean_affinity(spec)
    return adapted


def _clean_affinity(spec: dict[str, Any]) -> None:
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    terms = (affinity.get(REQUIRED) or {}).get("nodeSelectorTerms") or []
    for term in terms:
        rules = [rule for rule in term.get("matchExpressions") or [] if not is_foreign(rule["key"])]
        term["matchExpressions"] = rules
    # Terms are alternatives: one without any demand allows every node, so the demand is gone.
    if terms and not all(term["matchExpressions"] or term.get("matchFields") for term in terms):
        del affinity[REQUIRED]
        if not affinity:
            del spec["affinity"]["nodeAffinity"]
        if not spec["affinity"]:
            del spec["affinity"]
