"""Pods that do not run on the source: they will not run on the target either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.owners import controller_of, is_finished
from include.inventory.store import Inventory

RULE = "unhealthy_pod"
SEVERITIES = ("warning",)
WHY = "Nobody could tell after the migration whether CCE broke the workload or it was broken before."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report pods that wait or restart."""
    for pod in inventory.objects("Pod"):
        reason = None if is_finished(pod) else _waiting(pod)
        if reason:
            owner = controller_of(pod)
            yield Finding(
                RULE,
                "warning",
                label(pod),
                f"is not running ({reason})" + (f"; it belongs to {owner}" if owner else ""),
                "repair or remove it before the migration: its workload cannot be proved on the target",
            )


def _waiting(pod: dict[str, Any]) -> str | None:
    status = pod.get("status") or {}
    for row in (status.get("initContainerStatuses") or []) + (status.get("containerStatuses") or []):
        waiting = (row.get("state") or {}).get("waiting")
        if waiting:
            return str(waiting.get("reason", "waiting"))
    return "Pending" if status.get("phase") == "Pending" else None
