"""Volumes that pods mount without a claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "inline_volume"
SEVERITIES = ("blocker", "warning")
WHY = "Nobody copies what no claim holds, and CCE attaches no disk of another cloud: the pod stays in ContainerCreating."
DISKS = (
    "awsElasticBlockStore",
    "azureDisk",
    "cinder",
    "gcePersistentDisk",
    "portworxVolume",
    "vsphereVolume",
)
SHARES = ("azureFile", "cephfs", "fc", "flexVolume", "glusterfs", "iscsi", "nfs", "rbd")
SECRETS_DRIVER = "secrets-store.csi.k8s.io"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report disks of another cloud, shares, and drivers named in pods themselves."""
    for obj, spec in migrated_pods(inventory, definition):
        for volume in spec.get("volumes") or []:
            for kind in (name for name in DISKS if volume.get(name)):
                yield Finding(
                    RULE,
                    "blocker",
                    label(obj),
                    f"volume {volume['name']} is a disk of another cloud ({kind}), named in the pod",
                    "give it a PersistentVolume and a claim on the source, so that its content is copied",
                )
            source = next((name for name in SHARES if volume.get(name)), None) or _driver(volume)
            if source:
                yield Finding(
                    RULE,
                    "warning",
                    label(obj),
                    f"volume {volume['name']} is mounted by {source} without a claim; its content is not copied",
                    "see that the target's nodes reach and can mount it, or give it a claim on the source",
                )


def _driver(volume: dict[str, Any]) -> str | None:
    driver = (volume.get("csi") or {}).get("driver")
    return f"the driver {driver}" if driver and driver != SECRETS_DRIVER else None
