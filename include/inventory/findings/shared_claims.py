"""Claims that several pods share, on disks that only one node can attach."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, VolumeUse
from include.inventory.store import Inventory

RULE = "shared_claim"
SEVERITIES = ("blocker", "warning")
WHY = "A disk (EVS) attaches to one node: pods elsewhere stay in ContainerCreating with a Multi-Attach error."
DISK_CLASSES = ("csi-disk", "csi-local")
SHARED_MODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims that ask a disk class for shared access, and disks that several pods mount."""
    for volume in inventory.volumes():
        target = definition.target.storage_classes.get(volume.storage_class or "")
        if target is None or not target.startswith(DISK_CLASSES):
            continue
        shared = SHARED_MODES & set(volume.access_modes)
        if shared:
            yield Finding(
                RULE,
                "blocker",
                _name(volume),
                f"is {', '.join(sorted(shared))}, which class {target} cannot serve",
                "map its class to csi-sfsturbo or another shared class, or make the claim ReadWriteOnce",
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
