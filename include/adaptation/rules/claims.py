"""Ask for volumes of the target's classes, at least as large as its smallest disk."""

from __future__ import annotations

import copy
from typing import Any

from include.adaptation.context import AdaptationContext
from include.inventory.claims import CLASS_ANNOTATION, class_of_claim
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
GIB = 2**30


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
    mapped = context.definition.target.class_of(class_of_claim(claim), spec.get("accessModes") or ())
    annotations = metadata.pop("annotations", None) or {}
    # The class may stand in an annotation of that prefix; one that is not mapped stays what it is.
    kept = {
        name: value
        for name, value in annotations.items()
        if not name.startswith(BINDING_PREFIXES) or (name == CLASS_ANNOTATION and mapped is None)
    }
    if kept:
        metadata["annotations"] = kept
    for name in BINDING_FIELDS:
        spec.pop(name, None)
    if mapped is not None:
        spec["storageClassName"] = mapped
        _raise_size(spec, mapped, context.definition.target.smallest_volume_gib)


def _raise_size(spec: dict[str, Any], storage_class: str, smallest_gib: int) -> None:
    """Ask for a disk that EVS makes: of whole GiB, and none below the smallest."""
    requests = spec.setdefault("resources", {}).setdefault("requests", {})
    size = parse_bytes(requests.get("storage"))
    if storage_class.startswith(DISK_CLASSES) and (size < smallest_gib * GIB or size % GIB):
        requests["storage"] = f"{max(-(-size // GIB), smallest_gib)}Gi"
