"""Claims that several pods share, on disks that only one node can attach."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.definition.places import DISK_CLASSES, SHARED_MODES
from include.inventory.model import Finding, VolumeUse
from include.inventory.store import Inventory

RULE = "shared_claim"
SEVERITIES = ("blocker", "warning")
WHY = "A disk (EVS) attaches to one node: pods elsewhere stay in ContainerCreating with a Multi-Attach error."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims that ask a disk class for shared access, and disks that several pods mount."""
    for volume in inventory.volumes():
        target = definition.target.class_of(volume.storage_class, volume.access_modes)
        if target is None or not target.startswith(DISK_CLASSES):
            continue
        shared = SHARED_MODES & set(volume.access_modes)
        if shared:
            yield Finding(
                RULE,
                "blocker",
                _name(volume),
                f"is {', '.join(sorted(shared))}, which class {target} cannot serve",
                "name a class of SFS Turbo in target.shared_storage_class, or make the claim ReadWriteOnce",
            )
        elif len(volume.pods) > 1:
            yield Finding(
                RULE,
                "warning",
                _name(volume),
                f"is mounted by {len(volume.pods)} pods; a disk of class {target} "
                "attaches to one node, so they must run on the same one",
                "use a shared class (csi-sfsturbo), or one replica with strategy Recreate",
            )


def _name(volume: VolumeUse) -> str:
    return f"PersistentVolumeClaim {volume.namespace}/{volume.claim}"
