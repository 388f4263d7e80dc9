"""Pods that choose a container runtime."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "runtime_class"
SEVERITIES = ("warning",)
WHY = "A RuntimeClass belongs to the nodes and is not migrated: CCE refuses to make pods that name one it does not know."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads with a runtimeClassName."""
    for obj, spec in migrated_pods(inventory, definition):
        name = spec.get("runtimeClassName")
        if name and name not in definition.adaptation.runtime_classes:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"runs by the RuntimeClass {name}, which is not migrated",
                f"make a RuntimeClass {name} on the target, or map it in adaptation.runtime_classes",
            )
