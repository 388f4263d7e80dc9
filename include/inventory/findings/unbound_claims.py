"""Claims without a volume, and volumes whose content the mover cannot reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "unreachable_volume"
SEVERITIES = ("blocker", "warning")
WHY = "The claim on CCE would be empty."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims without content, and folders of an unknown node. Any other volume is mounted through its claim."""
    chosen = {*definition.volumes.empty, *definition.volumes.excluded}
    lost = {_name(claim) for claim in inventory.objects("PersistentVolumeClaim") if _is_lost(claim)}
    for volume in inventory.volumes():
        if volume.name in chosen:
            continue
        name = f"PersistentVolumeClaim {volume.namespace}/{volume.claim}"
        if volume.name in lost:
            yield Finding(
                RULE,
                "blocker",
                name,
                "is lost: its volume is gone, and nobody knows what was in it",
                "bind it to its volume again, or name it in volumes.empty or volumes.excluded",
            )
        elif volume.pv is None:
            yield Finding(
                RULE,
                "warning",
                name,
                "is not bound; there is no content to copy",
                "delete it on the source, or start the pod that uses it",
            )
        elif volume.node_path is not None and volume.node is None:
            yield Finding(
                RULE,
                "blocker",
                name,
                f"is the folder {volume.node_path} of a node that nothing names; the mover cannot find it",
                f"give PersistentVolume {volume.pv} a nodeAffinity, or start a pod that mounts the claim",
            )


def _name(claim: dict[str, Any]) -> str:
    return f"{claim['metadata'].get('namespace')}/{claim['metadata']['name']}"


def _is_lost(claim: dict[str, Any]) -> bool:
    return (claim.get("status") or {}).get("phase") == "Lost"
