"""Run pods by the scheduler and the container runtime that the target has in place of the source's."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.pod_specs import pod_spec

REASON = (
    "Nobody on CCE starts a pod that names a scheduler or RuntimeClass of the source: the pod names the one that "
    "adaptation.schedulers or adaptation.runtime_classes gives, or none."
)
DEFAULT = "default-scheduler"
SOURCE = "https://kubernetes.io/docs/concepts/containers/runtime-class/"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods and pod templates."""
    return pod_spec(obj) is not None


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with the names of the target; what the definition does not map stays, and a finding names it."""
    adaptation = context.definition.adaptation
    adapted = copy.deepcopy(obj)
    spec = pod_spec(adapted) or {}
    for field, names in (
        ("schedulerName", adaptation.schedulers),
        ("runtimeClassName", adaptation.runtime_classes),
    ):
        if spec.get(field) in names:
            # The API server names the default scheduler where nobody names one.
            spec[field] = names[spec[field]] or (DEFAULT if field == "schedulerName" else None)
            if spec[field] is None:
                del spec[field]
    return adapted
