"""Sum up the volumes by class of the target, each raised to what the target cloud makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from include.inventory.model import VolumeUse
from include.sizing.model import GIB, Advice, counted, gib

DISK_CLASSES = ("csi-disk",)
SHARE_CLASSES = ("csi-sfsturbo",)
SMALLEST_SHARE_GIB = 500
NOT_MAPPED = "no class yet"


def storage_advice(
    volumes: Sequence[VolumeUse], classes: Mapping[str, str], smallest_disk_gib: int
) -> Iterator[Advice]:
    """Yield one row a class of the target.

    :param classes: class of the source -> class of the target, as the definition maps them.
    """
    by_class: dict[str, list[VolumeUse]] = {}
    for volume in volumes:
        by_class.setdefault(classes.get(volume.storage_class or "", NOT_MAPPED), []).append(volume)
    for name, found in sorted(by_class.items()):
        yield _row(name, found, smallest_disk_gib)


def target_gib(storage_class: str, size: int, smallest_disk_gib: int) -> int:
    """Return the size of a volume on the target: whole GiB, and no disk below the smallest one."""
    whole = -(-size // GIB)
    return max(smallest_disk_gib, whole) if storage_class.startswith(DISK_CLASSES) else whole


def _row(name: str, volumes: Sequence[VolumeUse], smallest_disk_gib: int) -> Advice:
    sizes = [target_gib(name, volume.capacity_bytes, smallest_disk_gib) for volume in volumes]
    source = sum(volume.capacity_bytes for volume in volumes)
    raised = sum(
        name.startswith(DISK_CLASSES) and volume.capacity_bytes < smallest_disk_gib * GIB
        for volume in volumes
    )
    total = sum(sizes)
    reason = f"{counted(len(volumes), 'claim')} of {gib(source)} in all, each in whole GiB"
    if raised:
        reason += f"; {raised} raised to {smallest_disk_gib} GiB, the cloud's smallest disk"
    if name.startswith(SHARE_CLASSES) and total < SMALLEST_SHARE_GIB:
        reason += f"; {SMALLEST_SHARE_GIB} GiB is the smallest share, and claims are folders in it"
        total = SMALLEST_SHARE_GIB
    if name == NOT_MAPPED:
        reason += "; target.storage_classes does not say which class it becomes"
    figures = {"class": name, "volumes": len(volumes), "gib": total, "source_bytes": source, "raised": raised}
    return Advice("storage", name, f"{total:,} GiB in {counted(len(volumes), 'volume')}", reason, figures)
