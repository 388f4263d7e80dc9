"""Workloads that use more than they request."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, Severity
from include.inventory.store import Inventory
from include.sizing.demand import PodGroup, pod_groups
from include.sizing.model import MIB, Amounts, cores, gib

RULE = "usage_above_requests"
SEVERITIES: tuple[Severity, ...] = ("warning", "info")
WHY = (
    "Nodes of CCE are filled by what pods request: what a pod uses beyond that is taken away from it, or the pod is evicted, "
    "when its neighbours need theirs."
)
# A measurement is of one moment: less than this above a request says nothing.
FACTOR = 1.1
LEAST = Amounts(millicores=100, memory=64 * MIB)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report memory above a request as a warning; cores above theirs, and what has no request, as good to know."""
    for group in pod_groups(inventory):
        texts = [text for text in (_memory(group), _cores(group)) if text]
        if texts:
            yield Finding(
                RULE,
                "warning" if group.each.memory and _memory(group) else "info",
                group.name,
                "; ".join(texts),
                "set its requests to what it uses; the target's nodes are counted with what was seen in use",
            )


def _memory(group: PodGroup) -> str | None:
    used, requested = _pair(group, "memory")
    if not _is_above(used, requested, LEAST.memory):
        return None
    return f"uses up to {gib(used)} of memory a pod, and requests {gib(requested) if requested else 'none'}"


def _cores(group: PodGroup) -> str | None:
    used, requested = _pair(group, "millicores")
    if not _is_above(used, requested, LEAST.millicores):
        return None
    return f"uses {cores(used)} a pod on average, and requests {cores(requested) if requested else 'none'}"


def _pair(group: PodGroup, name: str) -> tuple[int, int]:
    return (getattr(group.used, name) if group.used else 0), getattr(group.each, name)


def _is_above(used: int, requested: int, least: int) -> bool:
    return used > requested * FACTOR and used - requested >= least
