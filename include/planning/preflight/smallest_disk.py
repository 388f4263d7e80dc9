"""The definition raises small claims to a disk that the target's cloud makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import ConnectionDetailsError
from include.sizing.storage import DISK_CLASSES

if TYPE_CHECKING:
    from include.run import MigrationRun


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield a smallest disk below that of the cloud; which cloud it is, the connection of SWR tells when it is of type cce."""
    target = run.definition.target
    if not any(name.startswith(DISK_CLASSES) for name in target.storage_classes.values()):
        return
    try:
        cloud = run.connections.cloud(run.definition.images.target.connection).provider
    except ConnectionDetailsError:
        return
    if target.smallest_volume_gib < cloud.smallest_disk_gib:
        yield (
            f"target.smallest_volume_gib: is {target.smallest_volume_gib}, but {cloud.title} makes no disk below "
            f"{cloud.smallest_disk_gib} GiB, so that smaller claims stay Pending; leave it out, or raise it"
        )
