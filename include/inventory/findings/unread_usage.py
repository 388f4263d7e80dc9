"""Usage that the source could tell, and did not."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, Severity
from include.inventory.store import Inventory

RULE = "unread_usage"
SEVERITIES: tuple[Severity, ...] = ("warning", "info")
WHY = "The nodes of CCE are counted by requests alone, or the time of the copies by claimed sizes, where usage is not known."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report what may not be read although there is something, and kubelets that did not answer."""
    for one in inventory.usage.unread:
        yield Finding(RULE, one.severity, one.object, one.message, one.remedy)
