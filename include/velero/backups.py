"""Back the planned objects up on the source, and prove that all of them lie in the bucket."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, ProofError
from include.planning.model import PlanItem, load_plan
from include.velero.attempts import choose_name, current_name, disprove
from include.velero.bucket import BackupBucket, backup_bucket
from include.velero.filters import filter_config_map, resources
from include.velero.interruptions import refuse_interrupted
from include.velero.names import API_VERSION, NAMESPACE, location_name, object_path, owned
from include.velero.results import object_id, result_lines, stored_objects
from include.velero.states import accepted_phase, state_of, wait_until_finished

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "velero_backup_restore"
KEEP = "720h0m0s"

Manifest = dict[str, Any]


def planned_objects(run: MigrationRun) -> list[PlanItem]:
    """Return the plan's rows of the objects to restore."""
    return load_plan(run.ledger).items(PHASE, "object")


def backup_name(run: MigrationRun) -> str:
    """Return the name of the run's backup, in the cluster and in the bucket."""
    return current_name(run, "backup")


def policy_name(run: MigrationRun) -> str:
    """Return the name of the ConfigMap that lists the planned objects, on both sides."""
    return f"cce-filter-{run.short_id}"


def submit_backup(run: MigrationRun) -> str:
    """Ask Velero on the source for the backup and return its name; one that runs or succeeded is kept."""
    rows = planned_objects(run)
    run.source.apply(filter_config_map(policy_name(run), owned(run.definition), rows))
    name = choose_name(run, "backup", run.source)
    if not run.source.exists(object_path("backups", name)):
        try:
            run.source.create(backup_manifest(run, name, rows))
        except ObjectExistsError:
            logger.info("Backup %s was submitted by another try", name)
        run.ledger.event("backup submitted", name=name, objects=len(rows))
    logger.info("Backup %s of %s objects, source cluster", name, len(rows))
    return name


def backup_phase(run: MigrationRun) -> str:
    """Return the backup's phase; `include.velero.states.state_of` says what it means."""
    return accepted_phase(run.source, "backups", backup_name(run))


def wait_for_backup(run: MigrationRun) -> str:
    """Wait for the end of the backup and return its final phase.

    :raises TemporaryError: when Velero broke it off, or an API server was away meanwhile: another one has to be made.
    """
    name = backup_name(run)
    phase = wait_until_finished(run.source, "backups", name)
    refuse_interrupted(run, "backup", name, phase)
    return phase


def prove_backup(run: MigrationRun) -> int:
    """Look into the bucket for every planned object; return how many there are.

    :raises ProofError: when the backup failed, stored nothing, or lacks a planned object.
    """
    name, bucket, rows = backup_name(run), backup_bucket(run), planned_objects(run)
    refuse_failed_backup(run, bucket, name)
    sizes = bucket.sizes(f"backups/{name}")
    archive = sizes.get(f"{bucket.prefix}/backups/{name}/{name}.tar.gz", 0)
    if not archive:
        disprove(run, "backup", name)
        raise ProofError(
            f"backup velero/{name}, source cluster: bucket {bucket.bucket} holds no archive below "
            f"{bucket.prefix}/backups/{name}/; check addressing style and permissions of the connection"
        )
    stored = stored_objects(bucket.read_json(f"backups/{name}/{name}-resource-list.json.gz"))
    missing = [row for row in rows if object_id(row.details) not in stored]
    if missing:
        disprove(run, "backup", name)
        raise ProofError(
            [f"{row.source}, source cluster: is not in backup {name}; was it deleted?" for row in missing],
            "planned objects are missing in the backup",
        )
    logger.info("Backup %s holds all %s planned objects, %s bytes", name, len(rows), sum(sizes.values()))
    run.ledger.write(
        "velero/backup-proof",
        {"name": name, "bytes": sum(sizes.values()), "planned": len(rows), "stored": len(stored)},
    )
    return len(rows)


def refuse_failed_backup(run: MigrationRun, bucket: BackupBucket, name: str) -> None:
    """Raise `ProofError` with what Velero noted, unless the backup is completed."""
    phase = accepted_phase(run.source, "backups", name)
    if state_of(phase) == "done":
        return
    lines: list[str] = []
    if f"{bucket.prefix}/backups/{name}/{name}-results.gz" in bucket.sizes(f"backups/{name}"):
        lines = result_lines(bucket.read_json(f"backups/{name}/{name}-results.gz"), "errors")
    raise ProofError(
        lines or [f"no errors were stored; read the log of Deployment {NAMESPACE}/velero"],
        f"backup velero/{name}, source cluster, is {phase}",
    )


def backup_manifest(run: MigrationRun, name: str, rows: list[PlanItem]) -> Manifest:
    """Return the Backup: the planned objects, no volume content."""
    definition = run.definition
    return {
        "apiVersion": API_VERSION,
        "kind": "Backup",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": owned(definition)},
        "spec": {
            "storageLocation": location_name(definition),
            "ttl": KEEP,
            "includedNamespaces": sorted(definition.source.namespaces),
            "includedNamespaceScopedResources": resources(rows, namespaced=True),
            "includedClusterScopedResources": sorted({*resources(rows, namespaced=False), "namespaces"}),
            "resourcePolicy": {"kind": "configmap", "name": policy_name(run)},
            "snapshotVolumes": False,
            "defaultVolumesToFsBackup": False,
        },
    }
