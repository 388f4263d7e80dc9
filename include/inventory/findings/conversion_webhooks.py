"""Custom resources whose versions a program of the source converts."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "conversion_webhook"
SEVERITIES = ("warning",)
WHY = "Until that program runs on CCE its API server cannot read or write these objects in other versions than the stored one."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report CustomResourceDefinitions with a conversion webhook."""
    for obj in inventory.objects("CustomResourceDefinition"):
        conversion = (obj.get("spec") or {}).get("conversion") or {}
        service = ((conversion.get("webhook") or {}).get("clientConfig") or {}).get("service") or {}
        if conversion.get("strategy") == "Webhook":
            where = f"{service['namespace']}/{service['name']}" if service else "a server outside the cluster"
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"lets {where} convert its objects",
                "install its operator on the target before the restore; one of a migrated namespace stands still until the release",
            )
