"""PodDisruptionBudgets that allow no disruption."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "blocking_disruption_budget"
SEVERITIES = ("warning",)
WHY = "CCE drains and upgrades nodes by eviction; one pod that may not be evicted stops it."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report budgets that would keep target nodes from being drained and upgraded."""
    for budget in inventory.objects("PodDisruptionBudget"):
        status = budget.get("status") or {}
        if status.get("expectedPods") and status.get("disruptionsAllowed") == 0:
            yield Finding(
                RULE,
                "warning",
                label(budget),
                "allows no pod to be evicted at the moment",
                "CCE upgrades nodes by eviction: allow at least one, or add a replica",
            )
