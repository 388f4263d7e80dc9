"""Claims on file shares and object storage, which CCE does not make as a disk is made."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "share_class"
SEVERITIES = ("warning",)
WHY = "Such a class needs something beside the claim, or is no full file system: the claim stays Pending or programs fail on it."
# Beginning of the target's class -> what is so about it, and what to do.
CLASSES = {
    "csi-sfsturbo": (
        "SFS Turbo makes no share for a claim",
        "make a share (500 GiB or more) and a class of its folders (everest.io/volume-as: absolute-path), and map to that",
    ),
    "csi-nas": ("SFS 1.0 is sold no more", "map to a class of SFS Turbo or SFS 3.0 (csi-sfs)"),
    "csi-obs": (
        "a bucket knows no owners, locks or appending",
        "use it for files that are written once; map to a class of SFS Turbo else",
    ),
}


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims that are mapped to SFS Turbo, SFS 1.0 or OBS."""
    for volume in inventory.volumes():
        target = definition.target.class_of(volume.storage_class, volume.access_modes) or ""
        for prefix, (trait, remedy) in CLASSES.items():
            if target == prefix:
                yield Finding(
                    RULE,
                    "warning",
                    f"PersistentVolumeClaim {volume.namespace}/{volume.claim}",
                    f"gets class {target}: {trait}",
                    remedy,
                )
