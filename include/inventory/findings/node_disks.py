"""Pods that fill much of their node's own disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers
from include.inventory.quantities import parse_bytes
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "node_disk"
SEVERITIES = ("warning",)
WHY = "A CCE node keeps images, logs and scratch space of all pods on one data disk, 100 GiB unless asked otherwise."
MUCH_GIB = 50


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads whose pods may take half of such a disk or more."""
    for obj, spec in migrated_pods(inventory, definition):
        asked = sum(_storage(container, "requests") for container in containers(obj))
        scratch = sum(
            parse_bytes(volume["emptyDir"].get("sizeLimit"))
            for volume in spec.get("volumes") or []
            if volume.get("emptyDir") and volume["emptyDir"].get("medium") != "Memory"
        )
        size = max(asked, scratch) // 2**30
        if size >= MUCH_GIB:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"may fill {size} GiB of its node's disk with each pod",
                "give the target's nodes larger data disks, or use an ephemeral volume of a StorageClass",
            )


def _storage(container: dict[str, Any], name: str) -> int:
    return parse_bytes(((container.get("resources") or {}).get(name) or {}).get("ephemeral-storage"))
