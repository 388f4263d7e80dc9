"""Remove the disposable namespaces with everything in them, and wait until their disks are gone, too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError, WaitTimeoutError
from include.labels import OWNER
from include.rehearsal.names import disposable_namespaces

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

GONE_SECONDS = 300.0
POLL_SECONDS = 1.0
VOLUMES = "/api/v1/persistentvolumes"

Manifest = dict[str, Any]


def remove_namespaces(run: MigrationRun, target: Cluster) -> int:
    """Remove the namespaces that carry the rehearsal's label; return how many there were.

    :param target: the cluster by its real names.
    :raises PermanentError: when one of a disposable name is somebody else's: it stays.
    :raises WaitTimeoutError: when one of them, or a disk of theirs, does not go.
    """
    names = list(disposable_namespaces(run.definition.source.namespaces).values())
    there = [found for name in names if (found := target.find(f"/api/v1/namespaces/{name}"))]
    for one in there:
        _refuse_stranger(one, run.definition.name)
    for volume in volumes_of(target, names):
        # The disk of a class that retains would be left, and cost.
        target.patch(
            f"{VOLUMES}/{volume['metadata']['name']}", {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}
        )
    for one in there:
        target.delete(f"/api/v1/namespaces/{one['metadata']['name']}")
    for one in there:
        name = one["metadata"]["name"]
        target.wait_for(
            f"/api/v1/namespaces/{name}", lambda seen: seen is None, GONE_SECONDS, f"namespace {name} is gone"
        )
    _await_no_volumes(target, names)
    return len(there)


def volumes_of(target: Cluster, namespaces: list[str]) -> list[Manifest]:
    """Return the PersistentVolumes whose claims lie, or lay, in these namespaces."""
    return [
        one
        for one in target.list(VOLUMES)
        if ((one.get("spec") or {}).get("claimRef") or {}).get("namespace") in namespaces
    ]


def _await_no_volumes(target: Cluster, names: list[str]) -> None:
    ends = time.monotonic() + GONE_SECONDS
    while left := volumes_of(target, names):
        if time.monotonic() >= ends:
            found = ", ".join(str(one["metadata"]["name"]) for one in left)
            raise WaitTimeoutError(
                f"PersistentVolume {found}, target cluster: not gone after {GONE_SECONDS:.0f} s; look at its events: the "
                "storage driver says there what keeps it"
            )
        time.sleep(POLL_SECONDS)


def _refuse_stranger(namespace: Manifest, migration: str) -> None:
    metadata = namespace["metadata"]
    if (metadata.get("labels") or {}).get(OWNER) != migration:
        raise PermanentError(
            f"namespace {metadata['name']}, target cluster: has the name of a rehearsal's, but not its label; it stays. Remove or "
            "rename it"
        )
