"""The target has room for the pods of the source's namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.conditions import met_conditions
from include.inventory.owners import is_finished
from include.inventory.quantities import parse_quantity
from include.sizing.demand import pod_requests

if TYPE_CHECKING:
    from include.run import MigrationRun

UNITS = {"cpu": (1.0, "cores"), "memory": (2.0**30, "GiB")}
NO_EXECUTION = frozenset({"NoSchedule", "NoExecute"})

Amounts = dict[str, float]


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what the pods request beyond what the target's nodes have left."""
    namespaces = run.definition.source.namespaces
    pods = [pod for name in namespaces for pod in run.source.list(f"/api/v1/namespaces/{name}/pods")]
    nodes = [node for node in run.target.list("/api/v1/nodes") if is_usable(node)]
    if not nodes:
        yield "target cluster: no node is ready and schedulable; add a node pool"
        return
    # Pods of a former run stand in the same namespaces: they are replaced, not added.
    others = [
        pod for pod in run.target.list("/api/v1/pods") if pod["metadata"]["namespace"] not in namespaces
    ]
    yield from compare(sum_requests(pods), sum_allocatable(nodes), sum_requests(others))


def compare(needed: Amounts, allocatable: Amounts, used: Amounts) -> Iterator[str]:
    """Yield a line for each of cpu, memory and pods that does not suffice."""
    for name in ("cpu", "memory", "pods"):
        left = allocatable[name] - used[name]
        if needed[name] > left:
            factor, unit = UNITS.get(name, (1.0, "pods"))
            yield (
                f"target cluster: the pods need {needed[name] / factor:.1f} {unit} ({name}), "
                f"its nodes have {max(left, 0) / factor:.1f} left; add nodes"
            )


def sum_requests(pods: Iterable[dict[str, Any]]) -> Amounts:
    """Return what the scheduler reserves for pods that have not ended."""
    total: Amounts = {"cpu": 0.0, "memory": 0.0, "pods": 0.0}
    for pod in pods:
        if not is_finished(pod):
            each = pod_requests(pod.get("spec") or {})
            total["cpu"] += each.millicores / 1000
            total["memory"] += each.memory
            total["pods"] += each.pods
    return total


def sum_allocatable(nodes: Iterable[dict[str, Any]]) -> Amounts:
    """Return what nodes have for pods."""
    total: Amounts = {"cpu": 0.0, "memory": 0.0, "pods": 0.0}
    for node in nodes:
        for name in total:
            total[name] += parse_quantity((node.get("status", {}).get("allocatable") or {}).get(name))
    return total


def is_usable(node: dict[str, Any]) -> bool:
    """Say whether a node is ready and takes ordinary pods."""
    spec = node.get("spec") or {}
    is_tainted = any(taint.get("effect") in NO_EXECUTION for taint in spec.get("taints") or [])
    return "Ready" in met_conditions(node) and not is_tainted and not spec.get("unschedulable")
