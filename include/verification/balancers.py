"""Read where load balancers are from the status of Services and Ingresses."""

from __future__ import annotations

from typing import Any


def balancer_addresses(obj: dict[str, Any]) -> list[str]:
    """Return IP addresses or host names of a Service's or an Ingress's load balancer; none while it has none."""
    balancer = (obj.get("status") or {}).get("loadBalancer") or {}
    found = [row.get("ip") or row.get("hostname") for row in balancer.get("ingress") or []]
    return [str(address) for address in found if address]
