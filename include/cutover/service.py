"""Know the Service that customers reach, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.connections.access import Side
    from include.run import MigrationRun


def front_service(run: MigrationRun, side: Side) -> dict[str, Any] | None:
    """Return the front door's Service on one side, or None."""
    namespace, _, name = run.definition.front_door.service.partition("/")
    cluster = run.source if side == "source" else run.target
    return cluster.find(f"/api/v1/namespaces/{namespace}/services/{name}")


def service_addresses(run: MigrationRun, side: Side) -> list[str]:
    """Return the addresses of the front door's Service on one side; none when it has none, or is not there."""
    balancer = ((front_service(run, side) or {}).get("status") or {}).get("loadBalancer") or {}
    return [str(row.get("ip") or row.get("hostname")) for row in balancer.get("ingress") or []]
