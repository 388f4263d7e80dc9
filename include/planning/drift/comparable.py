"""Bring inventoried objects into the form in which two inventories of one source are compared."""

from __future__ import annotations

from typing import Any

from include.inventory.store import Inventory
from include.planning.exclusions import BARE_POD, reason_to_exclude
from include.verification.normalizing import normalize, prune

Manifest = dict[str, Any]

# Written by controllers of the source, again and again.
CONTROLLERS_ANNOTATIONS = frozenset({
    "autoscaling.alpha.kubernetes.io/conditions",
    "autoscaling.alpha.kubernetes.io/current-metrics",
    "endpoints.kubernetes.io/last-change-trigger-time",
    "field.cattle.io/publicEndpoints",
})


def watched(inventory: Inventory) -> dict[str, Manifest]:
    """Return by key the objects whose change matters: those that move, and pods that are left because nobody controls them."""
    return {
        inventory.key_of(obj): obj
        for obj in inventory.objects()
        if reason_to_exclude(obj, inventory) in {None, BARE_POD}
    }


def is_untouched(before: Manifest, after: Manifest) -> bool:
    """Say whether nobody wrote an object in the meantime: its API server counts each write."""
    marks = [
        (obj.get("metadata", {}).get("uid"), obj.get("metadata", {}).get("resourceVersion"))
        for obj in (before, after)
    ]
    return None not in marks[0] and marks[0] == marks[1]


def comparable(obj: Manifest, key: bytes, *, is_autoscaled: bool = False) -> Manifest:
    """Return what of an object people decide and a migration moves; status and what controllers write are left out.

    :param key: the one that the inventory's hashes of Secrets were made with.
    """
    seen = normalize(obj, key)
    metadata, spec = seen.get("metadata") or {}, seen.get("spec") or {}
    for name in CONTROLLERS_ANNOTATIONS & (metadata.get("annotations") or {}).keys():
        del metadata["annotations"][name]
    if is_autoscaled:
        spec.pop("replicas", None)
    if seen.get("kind") == "ClusterRole" and seen.get("aggregationRule"):
        seen.pop("rules", None)
    if seen.get("kind") == "CustomResourceDefinition":
        ((spec.get("conversion") or {}).get("webhook") or {}).get("clientConfig", {}).pop("caBundle", None)
    pruned: Manifest = prune(seen)
    return pruned
