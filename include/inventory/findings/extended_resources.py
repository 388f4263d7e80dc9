"""Pods that ask for devices and other resources beside CPU and memory."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "extended_resource"
SEVERITIES = ("warning",)
WHY = "No node of CCE offers such a resource before a node pool and an add-on for it are there: the pod stays Pending."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads that ask for GPUs, huge pages or resources of a device plugin."""
    for obj, _ in migrated_pods(inventory, definition):
        names = {
            name
            for container in containers(obj)
            for amounts in (container.get("resources") or {}).values()
            if isinstance(amounts, dict)
            for name in amounts
            if "/" in name or name.startswith("hugepages-")
        }
        if names:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"asks for {', '.join(sorted(names))}",
                "give the target a node pool that has it; for GPUs install CCE's GPU add-on",
            )
