"""Tags that pods pulled as different images."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding
from include.inventory.store import Inventory

RULE = "moved_tag"
SEVERITIES = ("warning",)
WHY = "Pods that run different programs under one name all run the same one on CCE."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report references that stand for several digests: only one of them can be copied."""
    for image in inventory.images():
        if image.other_digests:
            yield Finding(
                RULE,
                "warning",
                image.reference,
                f"runs as {1 + len(image.other_digests)} different images; "
                f"{image.digest} is copied, the one most pods run",
                "restart the other pods, or give each image a tag of its own",
            )
