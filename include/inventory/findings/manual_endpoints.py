"""Services without selector, whose endpoints a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.definition import Definition
from include.inventory.manual_endpoints import (
    SERVICE,
    chooses_no_pods,
    is_address,
    is_hand_written,
    moved_place,
    places_of,
)
from include.inventory.model import Finding, label, listed
from include.inventory.moved_addresses import Move, moves_of
from include.inventory.store import Inventory

RULE = "manual_endpoints"
SEVERITIES = ("blocker", "warning")
WHY = "The Service leads on CCE where a person wrote on the source: to nowhere, to what CCE cannot reach, or to what moved away."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report Services that lead nowhere, those whose way has to be open, and those that cannot follow what moves."""
    moves = moves_of(definition)
    written = [
        obj
        for kind in ("Endpoints", "EndpointSlice")
        for obj in inventory.objects(kind)
        if is_hand_written(obj, inventory)
    ]
    for obj in written:
        yield from _findings(obj, moves)
    led = {(obj["metadata"]["namespace"], _service_of(obj)) for obj in written}
    for service in inventory.objects("Service"):
        place = (service["metadata"]["namespace"], service["metadata"]["name"])
        if chooses_no_pods(service) and place not in led:
            yield Finding(
                RULE,
                "warning",
                label(service),
                "has no selector, and nobody has written endpoints for it",
                "write them, or remove the Service: on the source it leads nowhere either",
            )


def _service_of(obj: dict[str, Any]) -> str:
    labels = obj["metadata"].get("labels") or {}
    return str(obj["metadata"]["name"] if obj["kind"] == "Endpoints" else labels[SERVICE])


def _findings(obj: dict[str, Any], moves: Sequence[Move]) -> Iterator[Finding]:
    unknown = {move.target for move in moves if not move.is_known}
    staying = []
    for address, port in places_of(obj):
        host, number = moved_place(address, port, moves)
        if (host, number) == (address, port):
            staying.append(f"{address}:{port}")
        elif not is_address(host) and f"{host}:{number}" not in unknown:
            yield Finding(
                RULE,
                "blocker",
                label(obj),
                f"leads to {address}:{port}, which becomes {host}:{number}; endpoints take no name",
                "make the Service an ExternalName of the source's name, or give the address as target in the definition",
            )
    if staying:
        yield Finding(
            RULE,
            "warning",
            label(obj),
            f"leads to {listed(staying)} outside of the cluster, and goes on to",
            "open the way from the target's network, or write other endpoints there",
        )
