"""Choose nodes by labels of the target, and drop choices of nodes, zones and node groups of the source."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from include.adaptation.context import AdaptationContext
from include.definition import Adaptation
from include.inventory.node_labels import target_label
from include.inventory.pod_specs import pod_spec

REASON = (
    "Nodes, zones and node groups of the source are not there on CCE: a pod that demands one would stay Pending, so the "
    "demand names the label that adaptation.node_labels or adaptation.zones maps it to, or goes."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0004, node labels"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
WITH_VALUES = frozenset({"In", "NotIn"})

Manifest = dict[str, Any]


def applies_to(obj: Manifest) -> bool:
    """Look at pods and pod templates."""
    return pod_spec(obj) is not None


def apply(obj: Manifest, context: AdaptationContext) -> Manifest:
    """Return the object without nodeName and without demands on labels that the target's nodes lack."""
    adapted = copy.deepcopy(obj)
    spec, adaptation = pod_spec(adapted) or {}, context.definition.adaptation
    spec.pop("nodeName", None)
    _choose_selector(spec, adaptation)
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    _choose_required(affinity, adaptation)
    _choose_preferred(affinity, adaptation)
    _drop_empty(spec, affinity)
    return adapted


def _choose_selector(spec: Manifest, adaptation: Adaptation) -> None:
    selector = spec.pop("nodeSelector", None) or {}
    labels = [target_label(name, value, adaptation) for name, value in selector.items()]
    if any(labels):
        spec["nodeSelector"] = dict(label for label in labels if label)


def _choose_required(affinity: Manifest, adaptation: Adaptation) -> None:
    terms = (affinity.get(REQUIRED) or {}).get("nodeSelectorTerms") or []
    for term in terms:
        _choose_term(term, adaptation)
    # Terms are alternatives: one without any demand allows every node, so the demand is gone.
    if terms and not all(map(_demands, terms)):
        del affinity[REQUIRED]


def _choose_preferred(affinity: Manifest, adaptation: Adaptation) -> None:
    terms = affinity.get(PREFERRED) or []
    for term in terms:
        _choose_term(term.get("preference") or {}, adaptation)
    kept = [term for term in terms if _demands(term.get("preference") or {})]
    if len(kept) < len(terms):
        affinity[PREFERRED] = kept
    if terms and not kept:
        del affinity[PREFERRED]


def _choose_term(term: Manifest, adaptation: Adaptation) -> None:
    if "matchExpressions" in term:
        term["matchExpressions"] = list(_expressions(term["matchExpressions"] or [], adaptation))


def _expressions(rules: list[Manifest], adaptation: Adaptation) -> Iterator[Manifest]:
    for rule in rules:
        key, values = rule["key"], rule.get("values") if rule.get("operator") in WITH_VALUES else None
        found = [target_label(key, value, adaptation) for value in values or [None]]
        labels = [label for label in found if label is not None]
        # Values that become different labels cannot stand in one expression.
        if len({name for name, _ in labels}) == 1:
            new = {"values": list(dict.fromkeys(value for _, value in labels))} if values else {}
            yield {**rule, "key": labels[0][0], **new}


def _demands(term: Manifest) -> bool:
    return bool(term.get("matchExpressions") or term.get("matchFields"))


def _drop_empty(spec: Manifest, affinity: Manifest) -> None:
    if spec.get("affinity") and "nodeAffinity" in spec["affinity"] and not affinity:
        del spec["affinity"]["nodeAffinity"]
        if not spec["affinity"]:
            del spec["affinity"]
