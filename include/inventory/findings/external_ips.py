"""Services that take addresses of the source's network."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "external_ip"
SEVERITIES = ("warning",)
WHY = "Nodes of CCE catch what their pods send to these addresses, which still belong to the source or to nobody."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Services with externalIPs; they are migrated as they are."""
    for service in inventory.objects("Service"):
        addresses = (service.get("spec") or {}).get("externalIPs") or []
        if addresses:
            yield Finding(
                RULE,
                "warning",
                label(service),
                f"answers at {', '.join(addresses)}, addresses of the source's network",
                "make it a LoadBalancer Service on the source, or remove the addresses there",
            )
