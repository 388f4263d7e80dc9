"""Services without selector, whose endpoints a person wrote."""

from __future__ import annotations

from collections.abc import Iterator

from include.adaptation.hold import release
from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "manual_endpoints"
SEVERITIES = ("warning",)
WHY = "The Service has its name and an address on CCE, and nothing behind it: connections are refused."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Services that would lead nowhere on the target, because endpoints are not migrated."""
    for service in inventory.objects("Service"):
        # One that an earlier cutover redirected lost its selector only on the source.
        spec = release(service).get("spec") or {}
        if not spec.get("selector") and spec.get("type") != "ExternalName":
            yield Finding(
                RULE,
                "warning",
                label(service),
                "has no selector; its endpoints were written by hand and are not migrated",
                "write them for the target before the release of the workloads, or use an ExternalName Service",
            )
