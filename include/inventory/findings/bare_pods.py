"""Pods without a controller: they cannot be held back until their volumes are copied."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.owners import is_finished, own_objects
from include.inventory.store import Inventory

RULE = "bare_pod"
SEVERITIES = ("warning",)
WHY = "Nobody would start the pod on CCE, and on the source nobody could stop it for the cutover and start it again."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report pods that nobody would start again."""
    for obj in own_objects(inventory):
        if obj["kind"] == "Pod" and not is_finished(obj):
            yield Finding(
                RULE,
                "warning",
                label(obj),
                "has no controller; it is not migrated, and the cutover does not begin while it runs",
                "make it a Deployment with one replica, or remove it before the cutover and start it on the target by hand",
            )
