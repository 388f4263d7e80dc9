"""Claims smaller than the smallest disk of the target cloud."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "small_claim"
SEVERITIES = ("info",)
HANDLED_BY: PhaseId = "adaptation"
WHY = "The cloud makes no disk (EVS) below its smallest size: the claim would stay Pending."
DISK_CLASSES = ("csi-disk",)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims that are raised to the smallest size."""
    smallest = definition.target.smallest_volume_gib
    for volume in inventory.volumes():
        target = definition.target.class_of(volume.storage_class, volume.access_modes) or ""
        if target.startswith(DISK_CLASSES) and volume.capacity_bytes < smallest * 2**30:
            yield Finding(
                RULE,
                "info",
                f"PersistentVolumeClaim {volume.namespace}/{volume.claim}",
                f"asks for less than the target cloud's smallest disk; it becomes {smallest} GiB",
                "nothing to do",
                handled_by=HANDLED_BY,
            )
