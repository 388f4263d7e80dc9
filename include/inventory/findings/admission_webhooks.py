"""Admission webhooks that are served from the migrated namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.webhooks import called_services, own_webhooks
from include.phases import PhaseId

RULE = "admission_webhook"
SEVERITIES = ("info",)
HANDLED_BY: PhaseId = "cutover"
WHY = "A webhook whose pods are not there yet refuses writes: while the workloads are held, nothing could be restored on CCE."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report webhooks that would call a held Service, and so stop every write to the target."""
    for obj in own_webhooks(inventory):
        yield Finding(
            RULE,
            "info",
            label(obj),
            f"calls {', '.join(called_services(obj, inventory.namespaces))}; it is set up on the target after the switch, when "
            "that answers: before, it would refuse writes",
            "nothing; until the switch nothing is refused or changed by it on the target",
            handled_by=HANDLED_BY,
        )
