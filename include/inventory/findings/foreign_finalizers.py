"""Objects that wait for a controller before they can be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.rules.server_fields import FINALIZED_BY_CONTROLLERS
from include.definition import Definition
from include.inventory.model import Finding, label, listed
from include.inventory.owners import own_objects
from include.inventory.store import Inventory

RULE = "foreign_finalizer"
SEVERITIES = ("warning",)
WHY = "Nobody on CCE takes the finalizer off: the object, and its namespace, can never be deleted there."
BUILT_IN = frozenset({"foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"})
# Not migrated, or made anew.
LEFT = frozenset({"Node", "PersistentVolume", "Pod"})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report finalizers that come along, a finding for each kind and finalizer."""
    names: dict[tuple[str, str], list[str]] = {}
    for obj in own_objects(inventory):
        if obj["kind"] in FINALIZED_BY_CONTROLLERS | LEFT:
            continue
        for finalizer in obj["metadata"].get("finalizers") or []:
            if finalizer not in BUILT_IN and not finalizer.startswith("kubernetes.io/"):
                names.setdefault((obj["kind"], finalizer), []).append(label(obj))
    for (kind, finalizer), found in sorted(names.items()):
        yield Finding(
            RULE,
            "warning",
            f"{kind}s with {finalizer}",
            f"cannot be deleted without their controller: {listed(found)}",
            "install that controller on the target before the restore, or take the finalizer off on the source",
        )
