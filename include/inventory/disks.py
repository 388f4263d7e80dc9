"""Know which claims become disks (EVS) on the target: one node at a time can attach them."""

from __future__ import annotations

from typing import Any

from include.definition import Definition
from include.inventory.claims import class_of_claim
from include.inventory.store import Inventory
from include.inventory.volumes import is_ephemeral

DISK_CLASS = "csi-disk"


def disk_claims(inventory: Inventory, definition: Definition) -> frozenset[tuple[str, str]]:
    """Return (namespace, claim) of every claim whose class is mapped to one of disks."""
    return frozenset(
        (claim["metadata"]["namespace"], claim["metadata"]["name"])
        for claim in inventory.each("PersistentVolumeClaim")
        if not is_ephemeral(claim) and _class_on_target(claim, definition).startswith(DISK_CLASS)
    )


def _class_on_target(claim: dict[str, Any], definition: Definition) -> str:
    modes = tuple((claim.get("spec") or {}).get("accessModes") or ())
    return definition.target.class_of(class_of_claim(claim), modes) or ""


def starts_before_it_stops(deployment: dict[str, Any]) -> bool:
    """Say whether an update of a Deployment of one pod starts the new pod before the old one is gone."""
    spec = deployment.get("spec") or {}
    strategy = spec.get("strategy") or {}
    surge = (strategy.get("rollingUpdate") or {}).get("maxSurge", 1)
    is_rolling = strategy.get("type", "RollingUpdate") == "RollingUpdate" and str(surge).rstrip("%") != "0"
    return is_rolling and spec.get("replicas", 1) <= 1
