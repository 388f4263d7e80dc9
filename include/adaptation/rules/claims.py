"""Ask for volumes of the target's classes, at least as large as its smallest disk."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.quantities import parse_bytes

REASON = (
    "Storage classes of the source mean nothing to CCE: claims ask for the mapped class, for at least the "
    "smallest disk, and no longer for the volume they had."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0615, EVS disks by dynamic volumes"
# Written when the claim was bound on the source; with them the new claim would count as lost.
BINDING_PREFIXES = ("pv.kubernetes.io/", "volume.beta.kubernetes.io/", "volume.kubernetes.io/")
# A selector chooses among volumes that people made; a provisioner refuses it.
BINDING_FIELDS = ("volumeName", "dataSource", "dataSourceRef", "selector")
DISK_CLASSES = ("csi-disk",)


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at claims, and at StatefulSets, which make claims."""
    return obj.get("kind") in {"PersistentVolumeClaim", "StatefulSet"}


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the object with every claim mapped, cleaned and raised to the smallest size."""
    adapted = copy.deepcopy(obj)
    if adapted["kind"] == "PersistentVolumeClaim":
        _adapt_claim(adapted, context)
    else:
        for template in (adapted.get("spec") or {}).get("volumeClaimTemplates") or []:
            template.pop("status", None)
            _adapt_claim(template, context)
    return adapted


def _adapt_claim(claim: dict[str, Any], context: AdaptationContext) -> None:
    metadata, spec = claim.setdefault("metadata", {}), claim.setdefault("spec", {})
    annotations = metadata.pop("annotations", None) or {}
    kept = {name: value for name, value in annotations.items() if not name.startswith(BINDING_PREFIXES)}
    if kept:
        metadata["annotations"] = kept
    for name in BINDING_FIELDS:
        spec.pop(name, None)
    mapped = context.definition.target.storage_classes.get(spec.get("storageClassName") or "")
    if mapped is None:
        return
    spec["storageClassName"] = mapped
    smallest = context.definition.target.smallest_volume_gib
    requests = spec.setdefault("resources", {}).setdefault("requests", {})
    if mapped.startswith(DISK_CLASSES) and parse_bytes(requests.get("storage")) < smallest * 2**30:
        requests["storage"] = f"{smallest}Gi"
