"""Know the endpoints that people wrote by hand, for Services that choose no pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any

from include.inventory.moved_addresses import Move, rewrite
from include.inventory.store import Inventory

Manifest = dict[str, Any]
Row = tuple[Any, Any]

ENDPOINTS, SLICES = "endpoints", "endpointslices.discovery.k8s.io"
SERVICE = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
# They write slices of Services with a selector, and mirror Endpoints.
CONTROLLERS = frozenset({"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"})


def is_hand_written(obj: Manifest, inventory: Inventory) -> bool:
    """Say whether a person wrote these Endpoints, or this EndpointSlice: nobody makes them anew on the target."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    if obj["kind"] == "EndpointSlice" and labels.get(MANAGED_BY) in CONTROLLERS:
        return False
    name = metadata["name"] if obj["kind"] == "Endpoints" else labels.get(SERVICE)
    service = inventory.by_key.get(f"services/{metadata.get('namespace')}/{name}")
    return service is not None and chooses_no_pods(service)


def chooses_no_pods(service: Manifest) -> bool:
    """Say whether a Service leads to endpoints that somebody writes."""
    # The adaptation asks the inventory, too: one of the two packages has to wait.
    from include.adaptation.hold import release

    # One that an earlier cutover redirected lost its selector only on the source.
    spec = release(service).get("spec") or {}
    return not spec.get("selector") and spec.get("type") != "ExternalName"


def places_of(obj: Manifest) -> Iterator[tuple[str, int]]:
    """Yield (address, port) of every endpoint."""
    for rows, ports in groups_of(obj):
        for holder, key in rows:
            yield from ((str(holder[key]), int(port["port"])) for port in ports if port.get("port"))


def groups_of(obj: Manifest) -> Iterator[tuple[list[Row], list[Manifest]]]:
    """Yield addresses that share ports: where each stands (a holder and its key), and the ports; not copies."""
    for subset in obj.get("subsets") or []:
        both = [*(subset.get("addresses") or []), *(subset.get("notReadyAddresses") or [])]
        yield [(address, "ip") for address in both], subset.get("ports") or []
    ends = obj.get("endpoints") or []
    rows = [(end["addresses"], index) for end in ends for index in range(len(end.get("addresses") or []))]
    if rows:
        yield rows, obj.get("ports") or []


def moved_place(address: str, port: int, moves: Sequence[Move]) -> tuple[str, int]:
    """Return where an endpoint is after the migration; the host may be a name then."""
    host, _, number = rewrite(f"{address}:{port}", moves)[0].rpartition(":")
    return (host, int(number)) if number.isdigit() else (address, port)


def is_address(text: str) -> bool:
    """Say whether a text is an IP address: endpoints take nothing else."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
