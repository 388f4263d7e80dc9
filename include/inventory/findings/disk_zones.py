"""Disks that may be made in another zone than their pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "disk_zone"
SEVERITIES = ("warning",)
WHY = "csi-disk makes a disk before the pod has a node: in the wrong zone no node can attach it, and the pod stays Pending."
CLASS = "csi-disk"
LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report classes mapped to csi-disk when the source spreads over several zones, as its target may."""
    zones = {zone for node in inventory.objects("Node") if (zone := _zone(node))}
    used = {volume.storage_class for volume in inventory.volumes()}
    if len(zones) < 2:
        return
    for source, target in sorted(definition.target.storage_classes.items()):
        if target == CLASS and source in used:
            yield Finding(
                RULE,
                "warning",
                f"StorageClass {source}",
                f"becomes {CLASS}, while the source's nodes lie in {len(zones)} zones",
                "map it to csi-disk-topology if the target's nodes lie in several zones, too",
            )


def _zone(node: dict[str, Any]) -> str | None:
    labels = node["metadata"].get("labels") or {}
    return next((str(labels[name]) for name in LABELS if labels.get(name)), None)
