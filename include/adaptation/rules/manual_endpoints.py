"""Let endpoints that people wrote lead to where databases and buckets moved."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.manual_endpoints import Row, groups_of, is_address, moved_place

REASON = (
    "A Service without selector leads where a person wrote: to the moved database's new address, if that is one; "
    "a name cannot stand there, and the finding manual_endpoints says so."
)
SOURCE = "https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Endpoints and EndpointSlices."""
    return obj.get("kind") in {"Endpoints", "EndpointSlice"}


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the endpoints with moved addresses and their port; those that share one move together, or not at all."""
    adapted = copy.deepcopy(obj)
    for rows, ports in groups_of(adapted):
        if len(ports) == 1:
            _move(rows, ports[0], context)
    return adapted


def _move(rows: list[Row], port: dict[str, Any], context: AdaptationContext) -> None:
    moved = [moved_place(str(holder[key]), int(port["port"]), context.moves) for holder, key in rows]
    numbers = {number for _, number in moved}
    if len(numbers) != 1 or not all(is_address(host) for host, _ in moved):
        return
    port["port"] = numbers.pop()
    for (holder, key), (host, _) in zip(rows, moved, strict=True):
        holder[key] = host
