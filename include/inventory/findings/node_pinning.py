"""Workloads that choose nodes by labels the target's nodes do not carry."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.node_labels import dropped_labels, is_foreign, is_own, target_label
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory
from include.inventory.workloads import own_pods
from include.phases import PhaseId

RULE = "node_pinning"
SEVERITIES = ("warning",)
HANDLED_BY: PhaseId = "adaptation"
WHY = "Names of nodes, zones and node groups differ on CCE: a pod that demands one of the source's stays Pending."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report node choices that are dropped, and own labels that the target's node pools need."""
    for obj in own_pods(inventory, definition):
        spec = pod_spec(obj) or {}
        dropped = dropped_labels(spec, definition.adaptation)
        if dropped:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"chooses nodes by {', '.join(dropped)}; the choice is dropped",
                "map it in adaptation.node_labels or adaptation.zones if the choice matters",
                handled_by=HANDLED_BY,
            )
        selector = (spec.get("nodeSelector") or {}).items()
        chosen = [target_label(name, value, definition.adaptation) for name, value in selector]
        kept = sorted(one[0] for one in chosen if one and is_own(one[0]) and not is_foreign(one[0]))
        if kept:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"needs nodes with the labels {', '.join(kept)}",
                "give these labels to a node pool of the target",
            )
