"""Find in custom resources what operators make claims and Services of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.inventory.foreign_annotations import foreign_annotations

CLASS_FIELDS = frozenset({"storageClassName", "storageClass"})
# Strimzi calls the field `class`; a mapping with a size beside it describes a disk.
SHORT_FIELD, BESIDE = "class", "size"

Node = dict[str, Any]


def storage_class_fields(obj: Node) -> Iterator[tuple[Node, str]]:
    """Yield each mapping of a custom resource's spec that names a StorageClass, not a copy, and the key."""
    for node in _mappings(obj.get("spec")):
        for key, value in node.items():
            is_class = key in CLASS_FIELDS or (key == SHORT_FIELD and BESIDE in node)
            if is_class and isinstance(value, str):
                yield node, key


def service_annotations(obj: Node) -> list[str]:
    """Return the annotations of another cloud that a custom resource's spec has for the Services of its operator, sorted."""
    found: set[str] = set()
    for node in _mappings(obj.get("spec")):
        annotations = node.get("annotations")
        if isinstance(annotations, dict):
            found |= {*foreign_annotations({"metadata": {"annotations": annotations}})}
    return sorted(found)


def _mappings(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _mappings(inner)
