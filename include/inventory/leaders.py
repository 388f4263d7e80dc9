"""Tell which workload stands at the head of what Kubernetes' own controllers make."""

from __future__ import annotations

from typing import Any

from include.inventory.model import label
from include.inventory.owners import controller_reference, is_finished
from include.inventory.pod_specs import PATHS
from include.inventory.store import Inventory
from include.inventory.usage import Load

# What a built-in workload makes is counted with the workload; mirror pods belong to a node of the source.
FOLLOWERS = frozenset({"ReplicaSet", "Job", "Pod"})
LEADERS = frozenset(PATHS) | {"Node"}

Manifest = dict[str, Any]
Middle = dict[tuple[str, str, str], Manifest]


def leader_reference(obj: Manifest) -> Manifest | None:
    """Return the reference to the workload that makes this object, or None for one that is counted by itself."""
    owner = controller_reference(obj)
    follows = obj.get("kind") in FOLLOWERS and owner is not None and owner.get("kind") in LEADERS
    return owner if follows else None


def loads_by_workload(inventory: Inventory) -> dict[str, list[Load]]:
    """Return what the measured pods of each workload use, by the workload's label, e.g. `Deployment shop/web`."""
    usage, found = inventory.usage.pods, dict[str, list[Load]]()
    if not usage:
        return found
    middle = {_place(obj): obj for kind in ("ReplicaSet", "Job") for obj in inventory.objects(kind)}
    for pod in inventory.objects("Pod"):
        load = usage.get((str(pod["metadata"].get("namespace")), pod["metadata"]["name"]))
        if load is not None and not is_finished(pod):
            found.setdefault(_leader(pod, middle), []).append(load)
    return found


def _leader(obj: Manifest, middle: Middle) -> str:
    owner = leader_reference(obj)
    if owner is None:
        return label(obj)
    kind, namespace, name = owner["kind"], str(obj["metadata"].get("namespace")), owner["name"]
    parent = middle.get((kind, namespace, name))
    return f"{kind} {namespace}/{name}" if parent is None else _leader(parent, middle)


def _place(obj: Manifest) -> tuple[str, str, str]:
    return obj["kind"], str(obj["metadata"].get("namespace")), obj["metadata"]["name"]
