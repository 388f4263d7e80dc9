"""Know what a namespace makes of containers that set no limits."""

from __future__ import annotations

from include.inventory.quantities import parse_quantity
from include.inventory.store import Inventory


def default_limit(inventory: Inventory, namespace: str, resource: str) -> float | None:
    """Return the limit that a LimitRange gives to a container without one: its default, else its maximum, else None."""
    for limits in inventory.objects("LimitRange", namespace):
        for row in (limits.get("spec") or {}).get("limits") or []:
            given = (row.get("default") or {}).get(resource) or (row.get("max") or {}).get(resource)
            if row.get("type") == "Container" and given is not None:
                return parse_quantity(given)
    return None
