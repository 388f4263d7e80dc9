"""Claims of raw block devices: movers copy file systems."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.volumes import is_ephemeral

RULE = "block_volume"
SEVERITIES = ("blocker",)
WHY = "The content of a raw device would stay behind: the claim on CCE would be bound, and empty."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims whose content cannot be read as files."""
    chosen = {*definition.volumes.empty, *definition.volumes.excluded}
    for claim in inventory.objects("PersistentVolumeClaim"):
        if f"{claim['metadata'].get('namespace')}/{claim['metadata']['name']}" in chosen:
            continue
        if (claim.get("spec") or {}).get("volumeMode") == "Block" and not is_ephemeral(claim):
            yield Finding(
                RULE,
                "blocker",
                label(claim),
                "is a raw block device; only file systems are copied",
                "move its content by means of the application (a database's dump), and name the claim in volumes.excluded or volumes.empty",
            )
