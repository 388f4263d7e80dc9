"""Entries of the definition that share a source address but move to different ones."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "ambiguous_address"
SEVERITIES = ("blocker",)
WHY = "One of the two would be rewritten to the wrong server, and the application would use somebody else's data."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report addresses that cannot be rewritten, because two entries want different results."""
    targets: dict[str, dict[str, str]] = {}
    for entry in definition.moved_entries:
        if entry.address is not None:
            targets.setdefault(entry.address.source, {})[entry.name] = entry.address_after
    for source, wanted in sorted(targets.items()):
        if len(set(wanted.values())) > 1:
            choices = ", ".join(f"{name} -> {target}" for name, target in sorted(wanted.items()))
            yield Finding(
                RULE,
                "blocker",
                source,
                f"is to become different addresses: {choices}",
                "move these entries to one server, or give the source server one name per entry first",
            )
