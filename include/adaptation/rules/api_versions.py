"""Write objects of removed API versions in those that took their place."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.adaptation.conversions import converted
from include.adaptation.conversions.autoscalers import point_to_apps

REASON = "CCE does not serve API versions that Kubernetes removed: the object is written in the version that took their place."
SOURCE = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at every object; an autoscaler may point to a workload in a removed version, too."""
    return True


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object in a served version, its fields changed with it.

    :raises PermanentError: when the new version demands what the object does not say.
    """
    changed = converted(obj)
    if changed.get("kind") != "HorizontalPodAutoscaler":
        return changed
    pointed = copy.deepcopy(changed)
    spec = pointed.get("spec") or {}
    described = [(metric.get("object") or {}).get("describedObject") for metric in spec.get("metrics") or []]
    for reference in (spec.get("scaleTargetRef"), *described):
        point_to_apps(reference)
    return pointed
