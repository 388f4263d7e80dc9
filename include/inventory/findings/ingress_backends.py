"""Services behind Ingresses that an ELB cannot reach as they are."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.ingress_backends import HEADLESS, elb_backends, is_closed
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "ingress_backend"
SEVERITIES = ("blocker", "info")
HANDLED_BY: PhaseId = "adaptation"
WHY = "An ELB reaches pods of a CCE Standard cluster through node ports only: behind a ClusterIP Service nobody answers."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report ClusterIP Services behind Ingresses that become ELB's, and headless ones, which get no node port."""
    reached = elb_backends(inventory, definition)
    for service in inventory.objects("Service"):
        metadata = service["metadata"]
        if (metadata["namespace"], metadata["name"]) not in reached:
            continue
        if (service.get("spec") or {}).get("clusterIP") == HEADLESS:
            yield Finding(
                RULE,
                "blocker",
                label(service),
                "is headless, and stands behind an Ingress that becomes ELB's; it can have no node port",
                "let the Ingress lead to a Service with an address on the source, or set target.ingress to nginx",
            )
        elif is_closed(service):
            yield Finding(
                RULE,
                "info",
                label(service),
                "becomes a NodePort Service, for an ELB has to reach it",
                "nothing to do",
                handled_by=HANDLED_BY,
            )
