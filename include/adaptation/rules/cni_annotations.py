"""Leave out what pods ask of the source's network plugin."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.findings.cni_annotations import PREFIXES
from include.inventory.pod_specs import pod_metadata, pod_spec

REASON = (
    "CCE has a network plugin of its own, which does not know fixed addresses, interfaces and address pools of the source: "
    "their annotations go, and the finding cni_annotation names CCE's."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0734, addresses of pods by annotations yangtse.io"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods and pod templates with annotations."""
    return pod_spec(obj) is not None and bool(pod_metadata(obj).get("annotations"))


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object without annotations of another network plugin."""
    adapted = copy.deepcopy(obj)
    metadata = pod_metadata(adapted)
    kept = {
        name: value for name, value in metadata.pop("annotations").items() if not name.startswith(PREFIXES)
    }
    if kept:
        metadata["annotations"] = kept
    return adapted
