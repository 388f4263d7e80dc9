"""Leave out the selector and labels that tie a Job to its pods on the source."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext

REASON = (
    "The selector and the labels that tie a Job to its pods carry the source's uid: the API server of CCE "
    "chooses new ones."
)
SOURCE = "https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector"
CHOSEN_LABELS = frozenset({
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "job-name",
    "batch.kubernetes.io/job-name",
})


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Jobs whose selector the server chose."""
    return obj.get("kind") == "Job" and not (obj.get("spec") or {}).get("manualSelector")


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Job without selector and without the labels of its pods that the server adds."""
    return normalized(obj)


def normalized(obj: dict[str, Any]) -> dict[str, Any]:
    """Return the same without a context: the comparison of source and target uses it on both."""
    adapted = copy.deepcopy(obj)
    spec = adapted.setdefault("spec", {})
    spec.pop("selector", None)
    for metadata in (adapted["metadata"], spec.get("template", {}).get("metadata") or {}):
        labels = metadata.get("labels") or {}
        for name in CHOSEN_LABELS & labels.keys():
            del labels[name]
    return adapted
