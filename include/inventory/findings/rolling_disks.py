"""Deployments that start a new pod on a disk before the old one lets go of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.volumes import claims_of
from include.inventory.workloads import migrated_workloads

RULE = "rolling_disk"
SEVERITIES = ("warning",)
WHY = "A disk (EVS) attaches to one node: at the next update the new pod waits for the old one, and the old one for the new."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Deployments of one pod with a claim on a disk class and strategy RollingUpdate."""
    disks = {
        (volume.namespace, volume.claim)
        for volume in inventory.volumes()
        if definition.target.storage_classes.get(volume.storage_class or "", "").startswith("csi-disk")
    }
    for obj, _ in migrated_workloads(inventory):
        if (
            obj["kind"] != "Deployment"
            or obj["spec"].get("replicas", 1) > 1
            or not _starts_before_it_stops(obj)
        ):
            continue
        claims = sorted(name for name in claims_of(obj) if (obj["metadata"]["namespace"], name) in disks)
        if claims:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"starts its next pod before the old one has let go of {', '.join(claims)}, which becomes a disk",
                "set its strategy to Recreate on the source",
            )


def _starts_before_it_stops(deployment: dict[str, Any]) -> bool:
    strategy = deployment["spec"].get("strategy") or {}
    surge = (strategy.get("rollingUpdate") or {}).get("maxSurge", 1)
    return strategy.get("type", "RollingUpdate") == "RollingUpdate" and str(surge).rstrip("%") != "0"
