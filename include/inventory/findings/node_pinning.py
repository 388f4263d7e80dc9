"""Workloads that choose nodes by labels the target's nodes do not carry."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.node_labels import foreign_labels, is_own
from include.inventory.owners import own_objects
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "node_pinning"
SEVERITIES = ("warning",)
HANDLED_BY: PhaseId = "adaptation"
WHY = "Names of nodes, zones and node groups differ on CCE: a pod that demands one of the source's stays Pending."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report node choices that are dropped, and own labels that the target's node pools need."""
    for obj in own_objects(inventory):
        spec = pod_spec(obj) or {}
        dropped = foreign_labels(spec)
        if dropped:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"chooses nodes by {', '.join(dropped)}; the choice is dropped",
                "put a label of your own on the target's node pool if the choice matters",
                handled_by=HANDLED_BY,
            )
        kept = [name for name in sorted(set(spec.get("nodeSelector") or {}) - set(dropped)) if is_own(name)]
        if kept:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"needs nodes with the labels {', '.join(kept)}",
                "give these labels to a node pool of the target",
            )
