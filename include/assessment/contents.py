"""Count what the source has, for people: nodes, workloads, images, volumes, data services, ways in, custom resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from include.assessment.measuring import Measured
from include.assessment.ownership import owner_of
from include.assessment.usage import describe_usage
from include.assessment.ways_in import ingresses, load_balancers
from include.inventory.model import VolumeUse, label
from include.inventory.quantities import parse_quantity
from include.inventory.references import registry_of
from include.inventory.store import Inventory
from include.sizing.demand import ARCHITECTURE, PodGroup, pod_groups
from include.sizing.model import Amounts, KnownSize
from include.sizing.pools import allocatable, workers

if TYPE_CHECKING:
    from include.definition import Definition

Manifest = dict[str, Any]


def describe_source(inventory: Inventory, definition: Definition, measured: Measured) -> dict[str, Any]:
    """Return what there is, as plain JSON."""
    nodes, groups = inventory.objects("Node"), pod_groups(inventory)
    return {
        "version": inventory.cluster.get("version"),
        "objects": len(inventory.objects()),
        "namespaces": _namespaces(inventory, groups),
        "nodes": _nodes(nodes),
        "requested": _requested(groups, len(workers(nodes))).as_dict(),
        "usage": describe_usage(inventory, groups),
        "workloads": _workloads(inventory, groups),
        "owners": _owners(inventory, groups),
        "images": _images(inventory, measured),
        "volumes": _volumes(inventory, definition),
        "databases": [
            {"name": one.name, "engine": one.engine, **_size(measured.databases.get(one.name))}
            for one in definition.databases
        ],
        "buckets": [
            {"name": one.name, **_size(measured.buckets.get(one.name))} for one in definition.buckets
        ],
        "load_balancers": load_balancers(inventory),
        "ingresses": ingresses(inventory),
        "custom_resources": _custom_resources(inventory),
    }


def _namespaces(inventory: Inventory, groups: Sequence[PodGroup]) -> list[Manifest]:
    return [
        {
            "name": name,
            "objects": len(inventory.objects(namespace=name)),
            "workloads": sum(_namespace_of(group) == name for group in groups),
        }
        for name in inventory.namespaces
    ]


def _namespace_of(group: PodGroup) -> str:
    return group.name.partition(" ")[2].partition("/")[0]


def _nodes(nodes: Sequence[Manifest]) -> dict[str, Any]:
    kinds: Counter[tuple[str, ...]] = Counter()
    for node in nodes:
        status = node.get("status") or {}
        capacity, info = status.get("capacity") or {}, status.get("nodeInfo") or {}
        cores, memory = parse_quantity(capacity.get("cpu")), parse_quantity(capacity.get("memory")) / 2**30
        architecture = (node["metadata"].get("labels") or {}).get(ARCHITECTURE, "?")
        shape = f"{cores:.0f} cores, {memory:.0f} GiB"
        facts = (shape, architecture, info.get("osImage", "?"), info.get("kernelVersion", "?"))
        kinds[facts] += 1
    names = ("shape", "architecture", "system", "kernel")
    return {
        "count": len(nodes),
        "workers": len(workers(nodes)),
        "allocatable": allocatable(workers(nodes)).as_dict(),
        "kinds": [
            {**dict(zip(names, facts, strict=True)), "count": count} for facts, count in kinds.most_common()
        ],
    }


def _requested(groups: Sequence[PodGroup], nodes: int) -> Amounts:
    return sum((one.each * (nodes if one.is_per_node else one.count) for one in groups), Amounts())


def _workloads(inventory: Inventory, groups: Sequence[PodGroup]) -> list[Manifest]:
    nodes = len(workers(inventory.objects("Node")))
    kinds: dict[str, list[PodGroup]] = {}
    for group in groups:
        kinds.setdefault(group.name.partition(" ")[0], []).append(group)
    return [
        {
            "kind": kind,
            "count": len(found),
            "pods": _requested(found, nodes).pods,
            "without_requests": sum(not group.has_requests for group in found),
        }
        for kind, found in sorted(kinds.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]


def _owners(inventory: Inventory, groups: Sequence[PodGroup]) -> list[Manifest]:
    nodes, by_name = len(workers(inventory.objects("Node"))), {group.name: group for group in groups}
    owners: dict[str, list[PodGroup]] = {}
    for obj in inventory.objects():
        group = by_name.get(label(obj))
        if group:
            owners.setdefault(owner_of(obj), []).append(group)
    return [
        {"owner": owner, "workloads": len(found), **_requested(found, nodes).as_dict()}
        for owner, found in sorted(owners.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]


def _images(inventory: Inventory, measured: Measured) -> dict[str, Any]:
    registries: dict[str, list[KnownSize]] = {}
    for image in inventory.images():
        answer = measured.images.get(image.reference, KnownSize(problem="not asked"))
        registries.setdefault(registry_of(image.reference), []).append(answer)
    rows = [
        {
            "registry": name,
            "count": len(found),
            "bytes": sum(one.size or 0 for one in found),
            "unknown": sum(one.size is None for one in found),
            "problem": next((one.problem for one in found if one.problem), None),
        }
        for name, found in sorted(registries.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]
    return {"count": len(inventory.images()), "registries": rows}


def _volumes(inventory: Inventory, definition: Definition) -> list[Manifest]:
    classes: dict[str, list[VolumeUse]] = {}
    for volume in inventory.volumes():
        classes.setdefault(volume.storage_class or "", []).append(volume)
    rows = [
        {
            "class": name or "no class",
            "target_class": definition.target.storage_classes.get(name),
            "count": len(found),
            "bytes": sum(one.capacity_bytes for one in found),
            "largest": max(one.capacity_bytes for one in found),
            "used_bytes": sum(one.used_bytes or 0 for one in found),
            "files": sum(one.files or 0 for one in found),
            "unknown": sum(one.used_bytes is None for one in found),
            "volumes": [_volume(one) for one in found],
        }
        for name, found in classes.items()
    ]
    return sorted(rows, key=lambda row: (-row["bytes"], row["class"]))


def _volume(volume: VolumeUse) -> Manifest:
    return {
        "claim": f"{volume.namespace}/{volume.claim}",
        "bytes": volume.capacity_bytes,
        "used_bytes": volume.used_bytes,
        "files": volume.files,
    }


def _size(known: KnownSize | None) -> dict[str, Any]:
    answer = known or KnownSize(problem="not asked")
    return {"bytes": answer.size, "count": answer.count, "problem": answer.problem}


def _custom_resources(inventory: Inventory) -> list[Manifest]:
    found = []
    for definition in inventory.objects("CustomResourceDefinition"):
        spec = definition.get("spec") or {}
        kind = str((spec.get("names") or {}).get("kind"))
        group = str(spec.get("group"))
        objects = [
            one for one in inventory.objects(kind) if str(one.get("apiVersion")).startswith(f"{group}/")
        ]
        found.append({"kind": kind, "group": group, "objects": len(objects)})
    return sorted(found, key=lambda row: (str(row["group"]), str(row["kind"])))
