"""Claims that are to be copied from snapshots which nothing can make."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.snapshot_choices import find_snapshot_choices
from include.inventory.store import Inventory

RULE = "snapshot_choice"
SEVERITIES = ("blocker",)
WHY = "The copy of a claim would wait for a snapshot that never comes, or leave one behind that costs money each time."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report the claims of `volumes.snapshots` without a CSI driver, or without a class to make snapshots with."""
    for choice in find_snapshot_choices(inventory, definition):
        if choice.problem:
            yield Finding(
                RULE,
                "blocker",
                f"PersistentVolumeClaim {choice.volume.name}",
                f"stands in volumes.snapshots, and {choice.problem}",
                "name a VolumeSnapshotClass of its driver whose deletionPolicy is Delete (snapshot_class), or remove the entry: "
                "without it the claim is copied as it stands",
            )
