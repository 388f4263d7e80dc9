"""Tolerate the taints of the target's nodes instead of those of another cloud's."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from include.adaptation.context import AdaptationContext
from include.definition import Adaptation
from include.inventory.node_labels import target_label
from include.inventory.pod_specs import pod_spec

REASON = (
    "Taints of another cloud's node groups do not exist on CCE: a toleration names what adaptation.node_labels maps its "
    "key and value to, or goes."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0352, node taints"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods and pod templates with tolerations."""
    return bool((pod_spec(obj) or {}).get("tolerations"))


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with the tolerations that mean something on the target."""
    adapted = copy.deepcopy(obj)
    spec = pod_spec(adapted) or {}
    kept = list(_kept(spec.pop("tolerations"), context.definition.adaptation))
    if kept:
        spec["tolerations"] = kept
    return adapted


def _kept(tolerations: list[dict[str, Any]], adaptation: Adaptation) -> Iterator[dict[str, Any]]:
    for one in tolerations:
        key, value = one.get("key"), one.get("value")
        found = target_label(key, value, adaptation) if key else None
        if not key:
            yield one
        elif found is not None:
            yield {**one, "key": found[0], **({"value": found[1]} if value is not None else {})}
