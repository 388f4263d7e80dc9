"""Know which claims become disks (EVS) on the target: one node at a time can attach them."""

from __future__ import annotations

from typing import Any

from include.definition import Definition
from include.inventory.store import Inventory

DISK_CLASS = "csi-disk"


def disk_claims(inventory: Inventory, definition: Definition) -> frozenset[tuple[str, str]]:
    """Return (namespace, claim) of every claim whose class is mapped to one of disks."""
    mapping = definition.target.storage_classes
    return frozenset(
        (volume.namespace, volume.claim)
        for volume in inventory.volumes()
        if mapping.get(volume.storage_class or "", "").startswith(DISK_CLASS)
    )


def starts_before_it_stops(deployment: dict[str, Any]) -> bool:
    """Say whether an update of a Deployment of one pod starts the new pod before the old one is gone."""
    spec = deployment.get("spec") or {}
    strategy = spec.get("strategy") or {}
    surge = (strategy.get("rollingUpdate") or {}).get("maxSurge", 1)
    is_rolling = strategy.get("type", "RollingUpdate") == "RollingUpdate" and str(surge).rstrip("%") != "0"
    return is_rolling and spec.get("replicas", 1) <= 1
