"""Remove a rehearsal's part of Velero from both clusters: backups, restores, location, and Velero itself where nobody else uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import ObjectNotFoundError
from include.labels import OWNER
from include.velero import uninstall_velero
from include.velero.names import API, NAMESPACE_PATH, cluster_of

if TYPE_CHECKING:
    from include.connections import Side
    from include.run import MigrationRun

COLLECTIONS = (
    f"{API}/restores",
    f"{API}/backups",
    f"{NAMESPACE_PATH}/configmaps",
    f"{API}/backupstoragelocations",
    f"{NAMESPACE_PATH}/secrets",
)


def remove_backups(run: MigrationRun, side: Side) -> int:
    """Remove them from one cluster; return how many objects there were.

    The storage location goes first: from one that is read again Velero would bring the backups back.
    """
    removed = int(uninstall_velero(run, side))
    cluster = cluster_of(run, side)
    found = list(left_backups(run, side))
    for path in found:
        if path.startswith(API):
            # The content goes with its bucket: Velero has nothing to wait for.
            cluster.patch(path, {"metadata": {"finalizers": None}})
        cluster.delete(path)
    return removed + len(found)


def left_backups(run: MigrationRun, side: Side) -> Iterator[str]:
    """Yield the paths of what carries the rehearsal's label in the namespace `velero` of one cluster."""
    cluster = cluster_of(run, side)
    for collection in COLLECTIONS:
        try:
            for one in cluster.list(collection, labelSelector=f"{OWNER}={run.definition.name}"):
                yield f"{collection}/{one['metadata']['name']}"
        except ObjectNotFoundError:
            continue
