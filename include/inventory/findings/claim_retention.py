"""StatefulSets whose claims are deleted when they are scaled down."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "claim_retention"
SEVERITIES = ("blocker",)
WHY = "A migration stops workloads by scaling them to nothing: Kubernetes would delete the volumes before their last copy, on both sides."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what deletes claims with the pods that a scaling removes."""
    for obj in inventory.objects("StatefulSet"):
        spec = obj.get("spec") or {}
        policy = spec.get("persistentVolumeClaimRetentionPolicy") or {}
        if policy.get("whenScaled") == "Delete" and spec.get("volumeClaimTemplates"):
            yield Finding(
                RULE,
                "blocker",
                label(obj),
                "deletes its claims when it is scaled down, and is scaled to nothing while its volumes are copied",
                "set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain on the source until the migration is done",
            )
