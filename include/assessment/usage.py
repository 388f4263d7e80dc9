"""Put what is used beside what is requested and offered: on each node, of each workload, and in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from include.inventory.owners import is_finished
from include.inventory.store import Inventory
from include.inventory.usage import Load
from include.sizing.demand import PodGroup, pod_requests
from include.sizing.model import Amounts
from include.sizing.pools import allocatable, workers

Manifest = dict[str, Any]


def describe_usage(inventory: Inventory, groups: Sequence[PodGroup]) -> dict[str, Any]:
    """Return plain JSON: `nodes` with the fullest first, `workloads` that were measured, and sums; None is unknown.

    Requests are those of pods of the migrated namespaces, while a node uses something for everything it runs.
    """
    nodes, usage = inventory.objects("Node"), inventory.usage
    requested = _requested_by_node(inventory.objects("Pod"))
    running = {
        (str(pod["metadata"].get("namespace")), pod["metadata"]["name"])
        for pod in inventory.objects("Pod")
        if not is_finished(pod)
    }
    names = {node["metadata"]["name"] for node in workers(nodes)}
    return {
        "nodes": sorted(
            (_node(node, requested, usage.nodes) for node in nodes),
            key=lambda row: (-_fullness(row), row["name"]),
        ),
        "nodes_used": _sum(load for name, load in usage.nodes.items() if name in names),
        "pods_used": _sum(load for place, load in usage.pods.items() if place in running),
        "workloads": [
            {"name": group.name, "requested": group.each.as_dict(), "used": group.used.as_dict()}
            for group in groups
            if group.used is not None
        ],
    }


def _node(node: Manifest, requested: Mapping[str, Amounts], used: Mapping[str, Load]) -> Manifest:
    name = node["metadata"]["name"]
    return {
        "name": name,
        "allocatable": allocatable([node]).as_dict(),
        "requested": requested.get(name, Amounts()).as_dict(),
        "used": _sum([used[name]] if name in used else []),
    }


def _fullness(row: Manifest) -> float:
    """Return the larger share of a node's cores or memory that is used, or requested where nothing was measured."""
    taken, has = row["used"] or row["requested"], row["allocatable"]
    return max(float(taken[name]) / max(float(has[name]), 1.0) for name in ("millicores", "memory"))


def _requested_by_node(pods: Iterable[Manifest]) -> dict[str, Amounts]:
    found: dict[str, Amounts] = {}
    for pod in pods:
        spec = pod.get("spec") or {}
        if spec.get("nodeName") and not is_finished(pod):
            found[spec["nodeName"]] = found.get(spec["nodeName"], Amounts()) + pod_requests(spec)
    return found


def _sum(loads: Iterable[Load]) -> dict[str, int] | None:
    known = list(loads)
    if not known:
        return None
    whole = sum(known, Load())
    return {"millicores": whole.millicores, "memory": whole.memory}
