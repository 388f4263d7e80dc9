"""Leave out what the source's API server and controllers wrote."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext

REASON = "The source's API server and controllers wrote these fields: the ones of CCE write their own."
SOURCE = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
METADATA = frozenset({
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
    "generateName",
    "ownerReferences",
})
ANNOTATIONS = frozenset({
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "control-plane.alpha.kubernetes.io/leader",
})
# Set by controllers of the source; nobody on the target would take them off again.
FINALIZED_BY_CONTROLLERS = frozenset({"Service", "PersistentVolumeClaim", "Namespace", "Ingress"})


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at every object."""
    return True


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object without status and server-side metadata."""
    return normalized(obj)


def normalized(obj: dict[str, Any]) -> dict[str, Any]:
    """Return the same without a context: the comparison of source and target uses it on both."""
    kept = {name: value for name, value in obj.items() if name != "status"}
    metadata = {name: value for name, value in obj.get("metadata", {}).items() if name not in METADATA}
    annotations = {
        name: value
        for name, value in (metadata.pop("annotations", None) or {}).items()
        if name not in ANNOTATIONS
    }
    if annotations:
        metadata["annotations"] = annotations
    if obj.get("kind") in FINALIZED_BY_CONTROLLERS:
        metadata.pop("finalizers", None)
    if obj.get("kind") == "Namespace":
        kept["spec"] = {
            name: value for name, value in (obj.get("spec") or {}).items() if name != "finalizers"
        }
    return {**kept, "metadata": metadata}
