"""Let a Deployment on a disk stop its pod before it starts the next one."""

from __future__ import annotations

from typing import Any

from include.adaptation.context import AdaptationContext
from include.definition import HostPath
from include.inventory.disks import DISK_CLASS, starts_before_it_stops
from include.inventory.model import label
from include.inventory.volumes import claims_of

REASON = (
    "A disk of CCE (EVS) attaches to one node: the Deployment stops its pod before it starts the next one, which would wait "
    "for the disk for ever."
)
SOURCE = "Open Telekom Cloud, CCE user guide, cce_10_0615, EVS disks by dynamic volumes"


def applies_to(obj: dict[str, Any]) -> bool:
    """Look at Deployments of one pod that are updated by a second one."""
    return obj.get("kind") == "Deployment" and starts_before_it_stops(obj)


def apply(obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
    """Return the Deployment with the strategy Recreate; unchanged when it mounts no disk."""
    namespace = obj["metadata"].get("namespace")
    has_disk = any((namespace, claim) in context.disk_claims for claim in claims_of(obj))
    if not has_disk and not any(
        _becomes_disk(folder, obj) for folder in context.definition.volumes.host_paths
    ):
        return obj
    return {**obj, "spec": {**obj["spec"], "strategy": {"type": "Recreate"}}}


def _becomes_disk(folder: HostPath, obj: dict[str, Any]) -> bool:
    """Say whether a folder of a node that the workload mounts was moved into a disk."""
    return folder.workload == label(obj) and folder.storage_class.startswith(DISK_CLASS)
