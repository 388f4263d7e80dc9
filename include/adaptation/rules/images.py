"""Point images to the copies in SWR."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.images import custom_references
from include.inventory.pod_specs import containers, is_custom, pod_spec

REASON = (
    "Nodes of CCE pull from SWR: image references name the copies there instead of the registries of the "
    "source."
)
SOURCE = "Open Telekom Cloud, CCE best practices, cce_bestpractice_0312, updating resources accordingly"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at pods, pod templates and custom resources."""
    return pod_spec(obj) is not None or is_custom(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with every image reference of the source replaced by the target's."""
    adapted = copy.deepcopy(obj)
    for container in containers(adapted):
        if container.get("image"):
            container["image"] = context.target_image(container["image"])
    for volume in (pod_spec(adapted) or {}).get("volumes") or []:
        if (volume.get("image") or {}).get("reference"):
            volume["image"]["reference"] = context.target_image(volume["image"]["reference"])
    if is_custom(adapted):
        fields = context.definition.image_fields
        for node, key, reference in list(custom_references(adapted, context.registries, fields)):
            node[key] = context.target_image(reference)
    return adapted
