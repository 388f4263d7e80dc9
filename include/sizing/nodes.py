"""Put the node pools into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.inventory.model import listed
from include.inventory.quantities import parse_quantity
from include.sizing.demand import PodGroup
from include.sizing.model import GIB, Advice, counted
from include.sizing.pools import NodePool

SYSTEM_DISK_GIB = 50
DATA_DISK_GIB = 100
MOST_DISK_GIB = 32768

Manifest = dict[str, Any]


def node_advice(
    pools: Sequence[NodePool], groups: Sequence[PodGroup], source_nodes: Sequence[Manifest]
) -> Iterator[Advice]:
    """Yield shape, number and density of each pool, the disks of all nodes, and what the numbers cannot know."""
    for pool in pools:
        yield _shape(pool)
        yield _number(pool)
    yield _density(pools, groups)
    yield from _devices(groups)
    yield Advice(
        "nodes",
        "System disk",
        f"{SYSTEM_DISK_GIB} GiB each",
        "CCE's default; images and container files lie on the data disk",
        {"gib": SYSTEM_DISK_GIB},
    )
    yield _data_disk(source_nodes)


def _shape(pool: NodePool) -> Advice:
    largest = pool.largest
    fits = (
        f"the largest pod, of {largest.name}, needs {largest.each.text()} of the " if largest else "it has "
    )
    return Advice(
        "nodes",
        f"Node shape, pool {pool.name}",
        f"{pool.shape.text} ({pool.architecture})",
        f"{fits}{pool.shape.allocatable.text()} that CCE and the kubelet leave for pods; the least vCPUs and memory in sum",
        {
            "pool": pool.name,
            "shape": pool.shape.name,
            "vcpus": pool.shape.vcpus,
            "memory_gib": pool.shape.memory_gib,
            "architecture": pool.architecture,
            "labels": dict(pool.labels),
        },
    )


def _number(pool: NodePool) -> Advice:
    pods = counted(pool.requested.pods, "pod")
    need = "needs" if pool.requested.pods == 1 else "need"
    reasons = [
        f"{pods} with {'the add-ons and ' if not pool.labels else ''}a DaemonSet's pod on every node {need} "
        f"{pool.requested.text()}: {counted(pool.by_requests, 'node')}"
    ]
    if pool.raised:
        reasons.append(
            f"{counted(len(pool.raised), 'workload')} count{'s' if len(pool.raised) == 1 else ''} with what was "
            f"seen in use, more than requested: {listed(pool.raised)}"
        )
    if pool.by_source:
        reasons.append(
            f"as much as the source offers, {pool.offered_by_source.text()}, takes {counted(pool.by_source, 'node')}"
        )
    if pool.nodes > max(pool.by_requests, pool.by_source):
        reasons.append("work goes on while one node is down")
    return Advice(
        "nodes",
        f"Nodes, pool {pool.name}",
        counted(pool.nodes, "node"),
        "; ".join(reasons),
        {
            "pool": pool.name,
            "nodes": pool.nodes,
            "by_requests": pool.by_requests,
            "by_source": pool.by_source,
            "requested": pool.requested.as_dict(),
            "counted_by_usage": list(pool.raised),
            "offered_by_source": pool.offered_by_source.as_dict(),
            "offered": pool.offered.as_dict(),
        },
    )


def _density(pools: Sequence[NodePool], groups: Sequence[PodGroup]) -> Advice:
    silent = [one for one in groups if not one.has_requests]
    pods = sum(one.count for one in silent)
    reason = "CCE's limit for this memory, of which five are kept for add-ons"
    if silent:
        reason += (
            f"; {counted(len(silent), 'workload')} with {counted(pods, 'pod')} "
            f"request{'s' if len(silent) == 1 else ''} no cores or no memory, so that only {_known_of(silent)} accounts for that"
        )
    most = {pool.name: pool.shape.max_pods for pool in pools}
    return Advice(
        "nodes",
        "Pods on a node",
        ", ".join(dict.fromkeys(f"at most {number}" for number in most.values())),
        reason,
        {"most": most, "workloads_without_requests": len(silent), "pods_without_requests": pods},
    )


def _known_of(silent: Sequence[PodGroup]) -> str:
    measured = sum(group.used is not None for group in silent)
    if not measured:
        return "what the source offers"
    if measured == len(silent):
        return "what was seen in use"
    return f"what {measured} of them use{'s' if measured == 1 else ''} and the source offers"


def _devices(groups: Sequence[PodGroup]) -> Iterator[Advice]:
    for name in sorted({name for group in groups for name in group.devices}):
        asking = [group for group in groups if name in group.devices]
        yield Advice(
            "nodes",
            f"Nodes with {name}",
            "a pool of its own",
            f"{counted(len(asking), 'workload')}, {asking[0].name} among them, and general-purpose nodes have none: "
            "choose the flavor by hand",
            {"resource": name, "workloads": [group.name for group in asking]},
        )


def _data_disk(source_nodes: Sequence[Manifest]) -> Advice:
    sizes = [
        parse_quantity(((node.get("status") or {}).get("capacity") or {}).get("ephemeral-storage"))
        for node in source_nodes
    ]
    largest = -(-int(max(sizes, default=0)) // (10 * GIB)) * 10
    disk = min(MOST_DISK_GIB, max(DATA_DISK_GIB, largest))
    reason = (
        f"the source's nodes have up to {largest} GiB for images and container files"
        if largest > DATA_DISK_GIB
        else "CCE's default; the source's nodes have no more for images and container files"
    )
    return Advice("nodes", "Data disk", f"{disk} GiB each", reason, {"gib": disk})
