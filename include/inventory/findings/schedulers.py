"""Pods that ask for a scheduler of their own."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "scheduler"
SEVERITIES = ("warning",)
WHY = "A pod waits for the scheduler it names, and for no other: where that does not run, it stays Pending without an event."
DEFAULT = "default-scheduler"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report workloads that name a scheduler, unless the definition gives another one."""
    for obj, spec in migrated_pods(inventory, definition):
        name = spec.get("schedulerName") or DEFAULT
        if name != DEFAULT and name not in definition.adaptation.schedulers:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"is placed by the scheduler {name}",
                f"install {name} on the target (volcano is an add-on of CCE), or map it in adaptation.schedulers",
            )
