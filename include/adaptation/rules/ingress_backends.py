"""Open node ports for Services that stand behind an ELB's Ingress."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.ingress_backends import is_closed

REASON = (
    "An ELB reaches pods of a CCE Standard cluster through node ports only: ClusterIP Services behind an Ingress that becomes "
    "ELB's get type NodePort."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0094, Ingresses and the Services they take"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Services that no node port leads to."""
    return is_closed(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Service with type NodePort when an ELB has to reach it."""
    metadata = obj["metadata"]
    if (metadata.get("namespace"), metadata["name"]) not in context.elb_backends:
        return obj
    return {**obj, "spec": {**obj["spec"], "type": "NodePort"}}
