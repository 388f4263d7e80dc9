"""Services that are to have IPv6 addresses."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.phases import PhaseId

RULE = "ip_family"
SEVERITIES = ("warning",)
HANDLED_BY: PhaseId = "adaptation"
WHY = "A CCE cluster has IPv6 only if it was made with it: a Service that demands it would be refused."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Services with IPv6 or two families, which get the target's own choice."""
    for service in inventory.objects("Service"):
        spec = service.get("spec") or {}
        if "IPv6" in (spec.get("ipFamilies") or []) or spec.get("ipFamilyPolicy") == "RequireDualStack":
            yield Finding(
                RULE,
                "warning",
                label(service),
                "asks for an IPv6 address; it gets the family that is the target's default",
                "make the target with IPv6 (ipv6enable) if clients need it, and set ipFamilyPolicy there",
                handled_by=HANDLED_BY,
            )
