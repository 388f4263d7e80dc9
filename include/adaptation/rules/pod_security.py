"""Give namespaces the Pod Security level that takes the place of their PodSecurityPolicies."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.pod_security import ENFORCE

REASON = (
    "CCE has no PodSecurityPolicies: a namespace that relied on them gets the strictest Pod Security level that refuses none of "
    "its pods, or nobody would refuse any."
)
SOURCE = "https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Namespaces."""
    return obj.get("kind") == "Namespace" and obj.get("apiVersion") == "v1"


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the namespace with its level; one that has a level keeps it."""
    metadata = obj["metadata"]
    labels = metadata.get("labels") or {}
    level = context.pod_security_levels.get(metadata["name"])
    if level is None or ENFORCE in labels:
        return obj
    return {**obj, "metadata": {**metadata, "labels": {**labels, ENFORCE: level}}}
