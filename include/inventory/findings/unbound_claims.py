"""Claims without a volume, and volumes whose content the mover cannot reach."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "unreachable_volume"
SEVERITIES = ("blocker", "warning")
WHY = "The claim on CCE would be empty."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims without content, and folders of an unknown node. Any other volume is mounted through its claim."""
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
        elif volume.node_path is not None and volume.node is None:
            yield Finding(
                RULE,
                "blocker",
                name,
                f"is the folder {volume.node_path} of a node that nothing names; the mover cannot find it",
                f"give PersistentVolume {volume.pv} a nodeAffinity, or start a pod that mounts the claim",
            )
