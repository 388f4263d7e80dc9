"""Snapshots of volumes, which lie in the source's storage."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.store import Inventory

RULE = "volume_snapshot"
SEVERITIES = ("warning",)
WHY = "A snapshot is a state inside the storage of its cloud: CCE cannot read it, and whoever wants to go back to it needs the source."
REMEDY = (
    "make a claim of each that has to be kept (spec.dataSource) on the source before the run: its content is moved like any "
    "volume's; after the cutover have snapshots made of the target's disks"
)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report the snapshots of each namespace."""
    names: dict[str, list[str]] = {}
    for obj in inventory.objects("VolumeSnapshot"):
        claim = ((obj.get("spec") or {}).get("source") or {}).get("persistentVolumeClaimName")
        name = obj["metadata"]["name"]
        names.setdefault(obj["metadata"]["namespace"], []).append(
            f"{name} of claim {claim}" if claim else name
        )
    for namespace, found in sorted(names.items()):
        message = f"stay behind with what they hold: {listed(found)}"
        yield Finding(RULE, "warning", f"VolumeSnapshots of {namespace}", message, REMEDY)
