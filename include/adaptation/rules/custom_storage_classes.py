"""Map the StorageClasses that custom resources name, for the claims that operators make of them."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.custom_fields import storage_class_fields
from include.inventory.pod_specs import is_custom

REASON = (
    "An operator makes claims of the class that its custom resource names; CCE does not know the source's, and the claims "
    "would stay Pending."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0615, EVS disks by dynamic volumes"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at custom resources."""
    return is_custom(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the custom resource with every mapped class replaced by the target's."""
    adapted = copy.deepcopy(obj)
    mapping = context.definition.target.storage_classes
    for node, key in storage_class_fields(adapted):
        node[key] = mapping.get(node[key], node[key])
    return adapted
