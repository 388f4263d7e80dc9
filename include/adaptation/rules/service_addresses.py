"""Leave out addresses and ports that the source's cluster chose for Services."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext

REASON = (
    "Cluster addresses and node ports were chosen by the source's cluster: CCE chooses from its own ranges."
)
SOURCE = "https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/"
CHOSEN = ("clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Services."""
    return obj.get("kind") == "Service" and obj.get("apiVersion") == "v1"


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Service without allocated addresses and automatic node ports; headless stays headless."""
    return normalized(obj)


def normalized(obj: dict[str, Any]) -> dict[str, Any]:
    """Return the same without a context: the comparison of source and target uses it on both."""
    adapted = copy.deepcopy(obj)
    spec = adapted.setdefault("spec", {})
    for name in CHOSEN:
        spec.pop(name, None)
    if spec.get("clusterIP") != "None":
        spec.pop("clusterIP", None)
    for port in spec.get("ports") or []:
        if port.get("nodePort") and not was_asked_for(obj, port["nodePort"]):
            del port["nodePort"]
    return adapted


def was_asked_for(obj: dict[str, Any], node_port: int) -> bool:
    """Say whether a person set the node port: only then it stands in what they applied."""
    applied = (obj.get("metadata", {}).get("annotations") or {}).get(LAST_APPLIED, "")
    return f'"nodePort":{node_port}' in applied.replace(" ", "")
