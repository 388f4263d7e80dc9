"""Nodes and pods of another processor architecture than CCE's usual one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.node_labels import required_rules
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "cpu_architecture"
SEVERITIES = ("warning",)
WHY = "A program built for another processor ends with `exec format error`, and a pod that demands one stays Pending."
LABELS = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
USUAL = "amd64"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads that demand other processors than x86, and a source that has no x86 node."""
    for obj, spec in migrated_pods(inventory, definition):
        demanded = _demanded(spec)
        if demanded and USUAL not in demanded:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"runs on {', '.join(sorted(demanded))} nodes only",
                "give the target a node pool of this architecture where its region has one (Kunpeng is arm64), or rebuild the images",
            )
    nodes = [
        ((node.get("status") or {}).get("nodeInfo") or {}).get("architecture")
        for node in inventory.objects("Node")
    ]
    known = {str(name) for name in nodes if name}
    if known and USUAL not in known:
        yield Finding(
            RULE,
            "warning",
            "Nodes of the source",
            f"are all {', '.join(sorted(known))}: their images may exist for nothing else",
            "give the target nodes of the same architecture, or rebuild the images for both",
        )


def _demanded(spec: dict[str, Any]) -> set[str]:
    found = {str(value) for name, value in (spec.get("nodeSelector") or {}).items() if name in LABELS}
    for rule in required_rules(spec):
        if rule["key"] in LABELS and rule.get("operator") == "In":
            found |= {str(value) for value in rule.get("values") or []}
    return found
