"""What is the same for all who look at the Services of a cluster."""

from __future__ import annotations

from typing import Any


def is_load_balancer(service: dict[str, Any]) -> bool:
    """Say whether a Service is to have an address outside the cluster, and is not being deleted."""
    deleted = "deletionTimestamp" in service["metadata"]
    return service["spec"].get("type") == "LoadBalancer" and not deleted


def key_of(service: dict[str, Any]) -> str:
    """Return namespace and name of a Service."""
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"
