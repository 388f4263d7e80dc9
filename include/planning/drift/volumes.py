"""Find claims behind which another volume lies than before."""

from __future__ import annotations

from collections.abc import Iterator

from include.inventory.store import Inventory
from include.planning.drift.model import Change


def volume_changes(before: Inventory, after: Inventory) -> Iterator[Change]:
    """Yield the changes of volumes, by claim; that a claim itself is new or gone is told of the object."""
    old = {(use.namespace, use.claim): use.pv for use in before.volumes()}
    for use in after.volumes():
        place = (use.namespace, use.claim)
        was = old.get(place)
        if place in old and was != use.pv:
            details = f"volume: was {was or 'not bound'}, is {use.pv or 'not bound'}"
            yield Change(object=f"volume {use.namespace}/{use.claim}", what="changed", details=(details,))
