"""Objects that a delivery tool writes."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.delivery import delivered_by
from include.inventory.model import Finding, label, listed
from include.inventory.owners import own_objects
from include.inventory.store import Inventory

RULE = "delivery_tool"
SEVERITIES = ("warning", "info")
WHY = "The tool puts objects back as its repository has them: it starts what a cutover stopped, and undoes what was adapted to CCE."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report applications of Argo CD and Flux, and releases of Helm, a finding for each."""
    owned: dict[str, list[str]] = {}
    for obj in own_objects(inventory):
        owner = delivered_by(obj)
        if owner:
            owned.setdefault(owner, []).append(label(obj))
    for owner, names in sorted(owned.items()):
        if owner.startswith("Helm"):
            yield Finding(
                RULE,
                "info",
                owner,
                f"holds {listed(names)} as the source has them",
                "give the chart the target's images, classes and addresses before the next upgrade",
            )
        else:
            yield Finding(
                RULE,
                "warning",
                owner,
                f"writes {listed(names)}",
                "turn its automatic sync off before the cutover; point it to the target with the adapted manifests afterwards",
            )
