"""Custom resources that ask for storage or load balancers of the source's cloud."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.custom_fields import service_annotations, storage_class_fields
from include.inventory.model import Finding, label
from include.inventory.owners import own_objects
from include.inventory.pod_specs import is_custom
from include.inventory.store import Inventory

RULE = "custom_resource"
SEVERITIES = ("warning",)
WHY = "An operator makes claims and Services of what its custom resource says: they would stay Pending, or be open to everybody."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report classes that are not mapped, and annotations for Services; mapped classes are replaced on the way."""
    mapping = definition.target.storage_classes
    known = {*mapping, *mapping.values(), definition.target.shared_storage_class}
    for obj in own_objects(inventory):
        if not is_custom(obj):
            continue
        unmapped = sorted({node[key] for node, key in storage_class_fields(obj)} - known)
        for name in unmapped:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"asks for class {name}, which target.storage_classes does not map",
                f"add `{name}: <class of the target, e.g. csi-disk>`, unless the field means something else",
            )
        annotations = service_annotations(obj)
        if annotations:
            yield Finding(
                RULE,
                "warning",
                label(obj),
                f"has its operator ask for load balancers by {', '.join(annotations)}",
                "write kubernetes.io/elb.* there by a rule of adaptation.rules",
            )
