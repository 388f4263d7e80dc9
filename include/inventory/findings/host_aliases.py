"""Pods that fix addresses of hosts."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.endpoints import LOCAL
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "host_alias"
SEVERITIES = ("warning",)
WHY = (
    "The entry goes before DNS: pods on CCE keep calling the old address whatever the name leads to by then."
)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report hostAliases, which no address of the definition rewrites."""
    for obj, spec in migrated_pods(inventory, definition):
        for row in spec.get("hostAliases") or []:
            if row["ip"] not in LOCAL:
                yield Finding(
                    RULE,
                    "warning",
                    label(obj),
                    f"fixes {', '.join(row.get('hostnames') or [])} at {row['ip']}",
                    "remove the alias where DNS knows the name, or see that the address is right from the target",
                )
