"""Tell objects that people made from those that controllers make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.inventory.store import Inventory

FINISHED_PHASES = frozenset({"Succeeded", "Failed"})


def controller_reference(obj: dict[str, Any]) -> dict[str, Any] | None:
    """Return the reference to the object's controller, with apiVersion, kind, name and uid, or None."""
    for owner in obj.get("metadata", {}).get("ownerReferences") or []:
        if owner.get("controller"):
            found: dict[str, Any] = owner
            return found
    return None


def controller_of(obj: dict[str, Any]) -> str | None:
    """Return `Deployment web` of the object's controller, or None when nobody controls it."""
    owner = controller_reference(obj)
    return f"{owner['kind']} {owner['name']}" if owner else None


def own_objects(inventory: Inventory) -> list[dict[str, Any]]:
    """Return the objects of the migrated namespaces that no controller makes."""
    return [
        obj
        for obj in inventory.objects()
        if obj.get("metadata", {}).get("namespace") in inventory.namespaces and controller_of(obj) is None
    ]


def is_finished(obj: dict[str, Any]) -> bool:
    """Say whether a Pod or Job has ended, well or badly."""
    status = obj.get("status") or {}
    if obj.get("kind") == "Pod":
        return status.get("phase") in FINISHED_PHASES
    ended = {row.get("type") for row in status.get("conditions") or [] if row.get("status") == "True"}
    return obj.get("kind") == "Job" and bool(status.get("completionTime") or ended & {"Complete", "Failed"})
