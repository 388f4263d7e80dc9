"""LimitRanges that refuse the Jobs which copy volumes, or the volumes themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.container_limits import default_limit
from include.inventory.model import Finding, VolumeUse, label
from include.inventory.quantities import parse_quantity
from include.inventory.store import Inventory

RULE = "limit_range"
SEVERITIES = ("blocker",)
WHY = "The target has the same LimitRange: a mover or a claim it refuses is a volume that does not arrive."
# What a mover asks for (include/volumes/manifests.py; a test compares them).
REQUESTS = {"cpu": 0.05, "memory": 128 * 2.0**20}
MEMORY_LIMIT = 2 * 2.0**30


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report bounds of namespaces with volumes that a mover, or a claim raised to the smallest disk, does not keep."""
    bound = [volume for volume in inventory.volumes() if volume.pv is not None]
    for limits in inventory.objects("LimitRange"):
        namespace = limits["metadata"]["namespace"]
        here = [volume for volume in bound if volume.namespace == namespace]
        for row in (limits.get("spec") or {}).get("limits") or [] if here else []:
            bounds = {name: _amounts(row, name) for name in ("min", "max", "maxLimitRequestRatio")}
            if row.get("type") == "PersistentVolumeClaim":
                problem = _claim_problem(bounds, here, definition)
            else:
                cpu_limit = default_limit(inventory, namespace, "cpu")
                problem = _mover_problem(bounds, {"cpu": cpu_limit, "memory": MEMORY_LIMIT})
            if problem:
                yield Finding(
                    RULE,
                    "blocker",
                    label(limits),
                    problem,
                    "widen it on the source until the migration is done",
                )


def _amounts(row: dict[str, Any], name: str) -> dict[str, float]:
    return {what: parse_quantity(amount) for what, amount in (row.get(name) or {}).items()}


def _mover_problem(bounds: dict[str, dict[str, float]], limits: dict[str, float | None]) -> str | None:
    for what, asked in REQUESTS.items():
        limit, highest = limits[what], bounds["max"].get(what, math.inf)
        ratio = bounds["maxLimitRequestRatio"].get(what, math.inf)
        if bounds["min"].get(what, 0.0) > asked:
            return f"refuses movers, which ask for less {what} than its minimum"
        highest = min(highest, ratio * asked)
        if limit is None and highest < math.inf:
            return f"refuses movers, which set no limit of {what}"
        if limit is not None and limit > highest:
            return (
                f"refuses movers, whose limit of {what} is above its maximum, or too many times their request"
            )
    return None


def _claim_problem(
    bounds: dict[str, dict[str, float]], volumes: list[VolumeUse], definition: Definition
) -> str | None:
    smallest = definition.target.smallest_volume_gib
    classes = {definition.target.storage_classes.get(volume.storage_class or "", "") for volume in volumes}
    is_disk = any(name.startswith("csi-disk") for name in classes)
    if is_disk and bounds["max"].get("storage", smallest * 2.0**30) < smallest * 2.0**30:
        return f"refuses claims of {smallest} GiB, the target cloud's smallest disk"
    return None
