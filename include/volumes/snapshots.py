"""Read a claim as it was at one moment: a snapshot of its CSI driver, and a claim made from it.

kubernetes.io/docs/concepts/storage/volume-snapshots. Both are removed as soon as the copy has arrived. After a failure, or when the task
is killed, they stay for the next try, and for the end of the run at the latest.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, TemporaryError, shorten
from include.inventory.model import label
from include.inventory.quantities import parse_bytes
from include.volumes.names import claim_of, mover_labels, mover_name

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.planning.model import PlanItem
    from include.run import MigrationRun
    from include.volumes.movers import Pass

logger = logging.getLogger(__name__)

GROUP = "snapshot.storage.k8s.io"
CLAIMS = "persistentvolumeclaims"
# A cloud stores the whole disk before it calls a snapshot usable.
READY_SECONDS = 7200.0
GONE_SECONDS = 120.0
# The controller tries again after an error of its driver.
ERROR_SECONDS = 120.0

Manifest = dict[str, Any]


def make_frozen_claim(run: MigrationRun, row: PlanItem) -> str:
    """Make a claim with what the row's claim holds at this moment; return its name.

    What a former try of the same run has made is taken.

    :raises TemporaryError: when the driver makes no snapshot, with what it says.
    :raises ClusterError: when the namespace refuses another claim, by its quota for one.
    """
    name = _name(run, row)
    _create(run.source, _snapshot(run, row, name))
    size = _await_ready(run.source, _snapshot_path(row.details["namespace"], name), claim_of(row))
    _create(run.source, _claim(run, row, name, size))
    return name


def remove_frozen_claim(run: MigrationRun, row: PlanItem) -> None:
    """Remove the claim and its snapshot: the next copy is of another moment."""
    name, namespace = _name(run, row), row.details["namespace"]
    claim = f"/api/v1/namespaces/{namespace}/{CLAIMS}/{name}"
    let_disk_go(run.source, claim)
    run.source.delete(claim)
    run.source.delete(_snapshot_path(namespace, name))


def reads_snapshot(row: PlanItem, which: Pass) -> bool:
    """Say whether a pass reads a snapshot of a claim: while applications write, where the plan says so."""
    return which == "warm" and bool(row.details.get("snapshot_class"))


def let_disk_go(cluster: Cluster, path: str) -> None:
    """Have the disk of a copy's claim go with the claim, also where the StorageClass would keep it."""
    volume = ((cluster.find(path) or {}).get("spec") or {}).get("volumeName")
    if not volume:
        return
    volume_path = f"/api/v1/persistentvolumes/{volume}"
    if (cluster.find(volume_path) or {}).get("spec", {}).get("persistentVolumeReclaimPolicy") == "Retain":
        cluster.patch(volume_path, {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})


def _name(run: MigrationRun, row: PlanItem) -> str:
    return mover_name(run, "snapshot", claim_of(row))


def _create(cluster: Cluster, manifest: Manifest) -> None:
    """Create a snapshot or a claim; one that is being removed, after a copy that has arrived, is waited for."""
    try:
        cluster.create(manifest)
    except ObjectExistsError:
        path = cluster.path_of(manifest)
        seen = cluster.find(path)
        if seen is not None and "deletionTimestamp" not in seen["metadata"]:
            logger.info("%s is there already", label(manifest))
            return
        cluster.wait_for(
            path, lambda seen: seen is None, GONE_SECONDS, f"the former {label(manifest)} is gone"
        )
        cluster.create(manifest)


def _await_ready(cluster: Cluster, path: str, claim: str) -> int:
    """Wait until a claim can be made from a snapshot; return the bytes that this claim needs at least."""
    failing_since: float | None = None

    def is_ready(seen: Manifest | None) -> bool:
        nonlocal failing_since
        status = (seen or {}).get("status") or {}
        message = (status.get("error") or {}).get("message")
        failing_since = None if not message else failing_since or time.monotonic()
        if seen is None or (failing_since is not None and time.monotonic() - failing_since >= ERROR_SECONDS):
            cluster.delete(path)
            raise TemporaryError(
                f"VolumeSnapshot of claim {claim}, {cluster.name} cluster: cannot be made "
                f"({shorten(message or 'it was removed meanwhile')}); look at the log of the CSI driver's snapshotter, or remove the claim "
                "from volumes.snapshots: without it the claim is copied as it stands"
            )
        return bool(status.get("readyToUse"))

    seen = cluster.wait_for(path, is_ready, READY_SECONDS, f"a snapshot of claim {claim} is ready")
    return parse_bytes(((seen or {}).get("status") or {}).get("restoreSize")) or 0


def _snapshot(run: MigrationRun, row: PlanItem, name: str) -> Manifest:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "VolumeSnapshot",
        "metadata": _metadata(run, row, name),
        "spec": {
            "volumeSnapshotClassName": row.details["snapshot_class"],
            "source": {"persistentVolumeClaimName": row.details["claim"]},
        },
    }


def _claim(run: MigrationRun, row: PlanItem, name: str, size: int) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(run, row, name),
        "spec": {
            "accessModes": row.details["access_modes"],
            "storageClassName": row.details["storage_class"],
            "resources": {"requests": {"storage": str(max(size, row.details["size"]))}},
            "dataSource": {"apiGroup": GROUP, "kind": "VolumeSnapshot", "name": name},
        },
    }


def _metadata(run: MigrationRun, row: PlanItem, name: str) -> Manifest:
    return {
        "name": name,
        "namespace": row.details["namespace"],
        "labels": mover_labels(run.definition, name),
    }


def _snapshot_path(namespace: str, name: str) -> str:
    return f"/apis/{GROUP}/v1/namespaces/{namespace}/volumesnapshots/{name}"
