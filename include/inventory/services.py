"""Tell Services apart."""

from __future__ import annotations

from typing import Any


def is_load_balancer(obj: dict[str, Any]) -> bool:
    """Say whether an object is a Service that asks the cloud for a load balancer."""
    return obj.get("kind") == "Service" and (obj.get("spec") or {}).get("type") == "LoadBalancer"
