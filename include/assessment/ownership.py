"""Tell who put a workload into the cluster: a Helm release, an Argo CD application, an operator, or a person."""

from __future__ import annotations

from typing import Any

from include.inventory.delivery import delivered_by
from include.inventory.owners import controller_of

UNKNOWN = "no known tool"

Manifest = dict[str, Any]


def owner_of(obj: Manifest) -> str:
    """Return e.g. `Helm release shop`: the controller, the delivery tool, or what the object says of itself."""
    labels = (obj.get("metadata") or {}).get("labels") or {}
    told = str(labels.get("app.kubernetes.io/managed-by") or UNKNOWN)
    return controller_of(obj) or delivered_by(obj) or told
