"""Claims without a volume, and volumes whose content the mover cannot reach."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "unreachable_volume"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims whose content cannot be read from a node's folder."""
    for volume in inventory.volumes():
        name = f"PersistentVolumeClaim {volume.namespace}/{volume.claim}"
        if volume.pv is None:
            yield Finding(
                RULE,
                "warning",
                name,
                "is not bound; there is no content to copy",
                "delete it on the source, or start the pod that uses it",
            )
        elif volume.node_path is None and not volume.pods:
            yield Finding(
                RULE,
                "blocker",
                name,
                "is of a CSI driver and no pod mounts it; the mover cannot reach its content",
                "start a pod that mounts it for the time of the migration",
            )
