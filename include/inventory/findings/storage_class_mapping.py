"""Claims whose StorageClass has no counterpart in the definition."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.claims import class_of_claim
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.volumes import is_ephemeral

RULE = "storage_class_without_mapping"
SEVERITIES = ("blocker", "info")
WHY = "CCE does not know the class: the claim would stay Pending, and its pod with it."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report claims and claim templates that would ask the target for a class it does not know."""
    mapping = definition.target.storage_classes
    for name, storage_class in _templates(inventory):
        if storage_class is None:
            yield Finding(
                RULE,
                "info",
                name,
                "asks for no class; the claims it has keep theirs, mapped, and later ones get the target's default class",
                "check which StorageClass is the default on the target",
            )
    for name, storage_class in _claims(inventory):
        if storage_class in mapping:
            continue
        wanted = f"class {storage_class}" if storage_class else "no class"
        yield Finding(
            RULE,
            "blocker",
            name,
            f"asks for {wanted}, which target.storage_classes does not map",
            f"add `{storage_class}: <class of the target, e.g. csi-disk>`"
            if storage_class
            else "give the claim a class on the source, and map it",
        )


def _claims(inventory: Inventory) -> Iterator[tuple[str, str | None]]:
    for claim in inventory.objects("PersistentVolumeClaim"):
        if not is_ephemeral(claim):
            yield label(claim), class_of_claim(claim)
    yield from (template for template in _templates(inventory) if template[1] is not None)


def _templates(inventory: Inventory) -> Iterator[tuple[str, str | None]]:
    for obj in inventory.objects("StatefulSet"):
        for template in (obj.get("spec") or {}).get("volumeClaimTemplates") or []:
            yield f"{label(obj)} claim template {template['metadata']['name']}", class_of_claim(template)
