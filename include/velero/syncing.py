"""Make a backup of the source known to Velero on the target.

Velero looks for new backups once a minute. This does the same at once: it reads the stored Backup and creates it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, TemporaryError
from include.velero.bucket import backup_bucket
from include.velero.names import NAMESPACE, location_name
from include.velero.states import state_of

if TYPE_CHECKING:
    from include.run import MigrationRun

LOCATION_LABEL = "velero.io/storage-location"


def sync_backup(run: MigrationRun, name: str) -> None:
    """Create the stored Backup on the target, unless it is there.

    :raises TemporaryError: when the stored Backup is not finished.
    """
    stored = backup_bucket(run).read_json(f"backups/{name}/velero-backup.json")
    phase = str((stored.get("status") or {}).get("phase"))
    if state_of(phase) != "done":
        raise TemporaryError(f"backup {name} in the bucket is {phase}; wait for its end, then restore")
    try:
        run.target.create(synced_backup(stored, location_name(run.definition)))
    except ObjectExistsError:
        return


def synced_backup(stored: dict[str, Any], location: str) -> dict[str, Any]:
    """Return the Backup as another cluster may have it: a record, not a request."""
    metadata = stored["metadata"]
    spec = {key: value for key, value in stored["spec"].items() if key != "hooks"}
    return {
        "apiVersion": stored["apiVersion"],
        "kind": stored["kind"],
        "metadata": {
            "name": metadata["name"],
            "namespace": NAMESPACE,
            "labels": {**(metadata.get("labels") or {}), LOCATION_LABEL: location},
            "annotations": metadata.get("annotations") or {},
        },
        "spec": {**spec, "storageLocation": location},
        "status": stored["status"],
    }
