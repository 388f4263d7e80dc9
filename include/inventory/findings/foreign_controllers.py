"""Workloads and pods that a custom resource controls: its operator would start again what a hold stops."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.hold import can_be_held
from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.owners import controller_reference, is_finished
from include.inventory.store import Inventory

RULE = "foreign_controller"
SEVERITIES = ("warning",)
WHY = "An operator starts again what the cutover stops: both sides would write at the same time."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each custom resource whose operator has to be stopped for the cutover."""
    for obj in inventory.objects():
        owner = controller_reference(obj)
        starts_pods = can_be_held(obj) or (obj["kind"] == "Pod" and not is_finished(obj))
        if owner is None or can_be_held(owner) or not starts_pods:
            continue
        yield Finding(
            RULE,
            "warning",
            f"{owner['kind']} {obj['metadata'].get('namespace')}/{owner['name']}",
            f"controls {obj['kind']}s that its operator starts again; the cutover ends when they do not stay away",
            "stop the operator before the cutover, unless it runs in a migrated namespace and stops with the others",
        )
