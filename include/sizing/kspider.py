"""Size by the published rules of Huawei's kspider, as a value to compare with.

kspider (Huawei Cloud UCS, "Cluster Evaluation") looks at the nodes of the source alone: at their number, at the most
frequent kind of them, and at whether there is a LoadBalancer Service.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from include.inventory.quantities import parse_quantity
from include.inventory.services import is_load_balancer
from include.sizing.demand import ARCHITECTURE
from include.sizing.model import GIB

# Fewer nodes than the first number are given the second one as scale.
SCALES = ((25, 50), (100, 200), (500, 1000))
LARGEST_SCALE = 2000
IPVS_ABOVE = 1000
OLDEST_NEWEST = (1, 21)

Manifest = dict[str, Any]


def preferred(nodes: Sequence[Manifest], services: Sequence[Manifest], version: str | None) -> dict[str, Any]:
    """Return what kspider writes into its file `preferred-….json`, by its own field names."""
    scale = scale_of(len(nodes))
    return {
        "K8sVersion": "newest" if _minor(version) >= OLDEST_NEWEST else "main release",
        "Scale": scale,
        "Nodes": _most_frequent(nodes),
        "ELB": any(is_load_balancer(one) for one in services),
        "ProxyMode": "ipvs" if scale > IPVS_ABOVE else "iptables",
    }


def scale_of(nodes: int) -> int:
    """Return the scale of a cluster for so many nodes of the source."""
    return next((scale for below, scale in SCALES if nodes < below), LARGEST_SCALE)


def _most_frequent(nodes: Sequence[Manifest]) -> dict[str, Any]:
    shapes: Counter[tuple[int, int]] = Counter()
    architectures: Counter[str] = Counter()
    kernels: Counter[str] = Counter()
    for node in nodes:
        status = node.get("status") or {}
        capacity = status.get("capacity") or {}
        memory = round(parse_quantity(capacity.get("memory")) / GIB)
        shapes[int(parse_quantity(capacity.get("cpu"))), memory] += 1
        architectures[str((node["metadata"].get("labels") or {}).get(ARCHITECTURE, ""))] += 1
        kernels[str((status.get("nodeInfo") or {}).get("kernelVersion", ""))] += 1
    cpu, memory = _first(shapes, (0, 0))
    return {
        "CPU": cpu,
        "Memory": memory,
        "Arch": _first(architectures, ""),
        "KernelVersion": _first(kernels, ""),
    }


def _first(seen: Counter[Any], default: Any) -> Any:
    """Return the most frequent value, the greatest among equals."""
    return max(seen, key=lambda value: (seen[value], value), default=default)


def _minor(version: str | None) -> tuple[int, int]:
    found = re.match(r"v?(\d+)\.(\d+)", version or "")
    return (int(found[1]), int(found[2])) if found else OLDEST_NEWEST
