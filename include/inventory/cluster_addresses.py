"""Know the addresses that belong to the source cluster itself: they differ on the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.inventory.model import label
from include.inventory.store import Inventory

# Where each cloud tells a machine who it is; the last two are Alibaba's and Google's.
METADATA_HOSTS = frozenset({
    "169.254.169.254",
    "169.254.170.2",
    "fd00:ec2::254",
    "100.100.100.200",
    "metadata.google.internal",
})


def cluster_addresses(inventory: Inventory) -> dict[str, str]:
    """Return address -> what has it on the source: Services, their load balancers, nodes."""
    found: dict[str, str] = {}
    for service in inventory.objects("Service"):
        for address in _addresses_of(service):
            found.setdefault(address, label(service))
    for node in inventory.objects("Node"):
        for row in (node.get("status") or {}).get("addresses") or []:
            if row.get("type") != "Hostname":
                found.setdefault(str(row.get("address")), label(node))
    return found


def _addresses_of(service: dict[str, Any]) -> Iterator[str]:
    spec = service.get("spec") or {}
    for address in [spec.get("clusterIP"), *(spec.get("clusterIPs") or [])]:
        if address and address != "None":
            yield address
    for row in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []:
        yield from (row[name] for name in ("ip", "hostname") if row.get(name))
