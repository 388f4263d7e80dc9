"""Let quotas of storage count the target's classes."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.quantities import parse_quantity

REASON = (
    "A quota of one StorageClass counts nothing on CCE, where claims ask for another: it names the mapped class, and classes "
    "that become one share the sum."
)
SOURCE = "https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota"
MARK = ".storageclass.storage.k8s.io/"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at quotas."""
    return obj.get("kind") == "ResourceQuota" and obj.get("apiVersion") == "v1"


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the quota with the names of the target's classes."""
    spec = obj.get("spec") or {}
    hard = spec.get("hard") or {}
    mapping = context.definition.target.storage_classes
    names = {name: _mapped(name, mapping) for name in hard}
    if all(name == target for name, target in names.items()):
        return obj
    adapted: dict[str, list[Any]] = {}
    for name, amount in hard.items():
        adapted.setdefault(names[name], []).append(amount)
    return {**obj, "spec": {**spec, "hard": {name: _sum(amounts) for name, amounts in adapted.items()}}}


def _mapped(name: str, mapping: dict[str, str]) -> str:
    storage_class, mark, resource = name.partition(MARK)
    return f"{mapping.get(storage_class, storage_class)}{mark}{resource}" if mark else name


def _sum(amounts: list[Any]) -> str:
    """Return one amount as it is written, several as bytes or a count."""
    return str(amounts[0]) if len(amounts) == 1 else str(round(sum(map(parse_quantity, amounts))))
