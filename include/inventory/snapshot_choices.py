"""Find which claims are to be copied from snapshots, and with which VolumeSnapshotClass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.definition import Definition, Snapshots
from include.inventory.model import VolumeUse
from include.inventory.store import Inventory

# kubernetes-csi.github.io, "Volume Snapshot & Restore".
DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"
SNAPSHOT_CLASSES = "volumesnapshotclasses.snapshot.storage.k8s.io"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class SnapshotChoice:
    """Say how snapshots of a claim are made, or what hinders them."""

    volume: VolumeUse
    snapshot_class: str | None = None
    problem: str | None = None


def find_snapshot_choices(inventory: Inventory, definition: Definition) -> list[SnapshotChoice]:
    """Return each bound claim that `volumes.snapshots` of the definition names, by itself or by its StorageClass."""
    chosen = definition.volumes
    if not chosen.snapshots:
        return []
    left = {*chosen.empty, *chosen.excluded}
    classes = inventory.objects("VolumeSnapshotClass")
    bound = [volume for volume in inventory.volumes() if volume.pv and volume.name not in left]
    return [
        _choice(volume, wanted, classes)
        for volume in bound
        if (wanted := _wanted(volume, chosen.snapshots)) is not None
    ]


def unknown_choices(volumes: Sequence[VolumeUse], definition: Definition) -> Iterator[str]:
    """Yield what `volumes.snapshots` names and these volumes, of the migrated namespaces, do not have."""
    names, classes = {volume.name for volume in volumes}, {volume.storage_class for volume in volumes}
    for wanted in definition.volumes.snapshots:
        if wanted.claim is not None and wanted.claim not in names:
            yield f"PersistentVolumeClaim {wanted.claim}"
        if wanted.storage_class is not None and wanted.storage_class not in classes:
            yield f"StorageClass {wanted.storage_class}"


def _wanted(volume: VolumeUse, choices: Sequence[Snapshots]) -> Snapshots | None:
    """Return what is said of this claim; what names it by itself comes before what names its class."""
    by_claim = [one for one in choices if one.claim == volume.name]
    by_class = [one for one in choices if one.storage_class and one.storage_class == volume.storage_class]
    return next(iter([*by_claim, *by_class]), None)


def _choice(volume: VolumeUse, wanted: Snapshots, classes: Sequence[Manifest]) -> SnapshotChoice:
    if volume.csi_driver is None:
        return SnapshotChoice(
            volume, problem="no CSI driver has made it, so nothing can make a snapshot of it"
        )
    fitting = {str(one["metadata"]["name"]): one for one in classes if one.get("driver") == volume.csi_driver}
    found = _class(wanted.snapshot_class, fitting)
    if found is None:
        return SnapshotChoice(volume, problem=_without_class(wanted.snapshot_class, volume, fitting))
    if found.get("deletionPolicy") != "Delete":
        return SnapshotChoice(
            volume,
            problem=f"VolumeSnapshotClass {found['metadata']['name']} keeps each snapshot for good (deletionPolicy Retain)",
        )
    return SnapshotChoice(volume, str(found["metadata"]["name"]))


def _class(named: str | None, fitting: Mapping[str, Manifest]) -> Manifest | None:
    if named is not None:
        return fitting.get(named)
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    defaults = [one for one in fitting.values() if _is_default(one)]
    return defaults[0] if len(defaults) == 1 else None


def _is_default(snapshot_class: Manifest) -> bool:
    return (snapshot_class["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"


def _without_class(named: str | None, volume: VolumeUse, fitting: Mapping[str, Manifest]) -> str:
    driver = volume.csi_driver
    if named is not None:
        return f"there is no VolumeSnapshotClass {named} of its CSI driver {driver}"
    if not fitting:
        return f"its CSI driver {driver} has no VolumeSnapshotClass"
    return f"its CSI driver {driver} has several VolumeSnapshotClasses ({', '.join(sorted(fitting))}), and no default"
