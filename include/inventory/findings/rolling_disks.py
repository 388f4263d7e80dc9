"""Deployments that start a new pod on a disk before the old one lets go of it."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.disks import disk_claims, starts_before_it_stops
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.volumes import claims_of
from include.inventory.workloads import migrated_workloads
from include.phases import PhaseId

RULE = "rolling_disk"
SEVERITIES = ("info",)
HANDLED_BY: PhaseId = "adaptation"
WHY = "A disk (EVS) attaches to one node: at the next update the new pod waits for the old one, and the old one for the new."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Deployments of one pod with a claim on a disk class and strategy RollingUpdate."""
    disks = disk_claims(inventory, definition)
    for obj, _ in migrated_workloads(inventory):
        if obj["kind"] != "Deployment" or not starts_before_it_stops(obj):
            continue
        claims = sorted(name for name in claims_of(obj) if (obj["metadata"]["namespace"], name) in disks)
        if claims:
            yield Finding(
                RULE,
                "info",
                label(obj),
                f"starts its next pod before the old one has let go of {', '.join(claims)}, which becomes a disk; its "
                "strategy becomes Recreate",
                "nothing to do; an update stops the pod for a moment",
                handled_by=HANDLED_BY,
            )
