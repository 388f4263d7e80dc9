"""Send one small object the whole way, through the same addresses and credentials as the real ones."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError, PermanentError, ProofError
from include.labels import OWNER
from include.ledger import Proof
from include.planning.model import load_plan
from include.planning.storage_client import error_code, open_storage
from include.proofs import settle_proof
from include.velero.bucket import backup_bucket
from include.velero.names import (
    API_VERSION,
    NAMESPACE,
    NAMESPACE_PATH,
    location_name,
    object_path,
    owned,
)
from include.velero.states import state_of, wait_until_finished
from include.velero.syncing import sync_backup

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "velero_install"
CONFIG_MAP = "cce-migration-canary"
RESTORED_NAMESPACE = "velero-canary"
LABEL = "cce-migration/canary"
TIMEOUT_SECONDS = 120.0


def prove_canary(run: MigrationRun) -> None:
    """Write and list an object in the bucket, then back a ConfigMap up on the source and restore it on the target.

    Records the proof of both installations and removes the canary again. Then a tiny claim goes the way of the volumes.

    :raises ProofError: when it did not arrive as it was.
    """
    from include.volumes.canary import prove_volume_canaries

    token = hashlib.sha256(f"{run.short_id} {time.time_ns()}".encode()).hexdigest()
    name = f"canary-{run.short_id}-{token[:6]}"
    _write_and_list(run, name)
    try:
        found = _send(run, name, token)
    finally:
        _remove(run, name)
    proof = Proof(
        method="canary object written, listed, backed up on the source and restored on the target",
        source=token,
        target=found,
        equal=found == token,
    )
    problem = (
        f"ConfigMap {NAMESPACE}/{CONFIG_MAP}, target cluster: arrived as {found or 'nothing'}; "
        "check that both storage locations point at the same bucket"
    )
    left = {settle_proof(run, PHASE, row.key, proof, problem) for row in load_plan(run.ledger).items(PHASE)}
    if left - {None}:
        raise ProofError(problem, "the canary did not arrive")
    logger.info("The canary arrived, and %s claims", prove_volume_canaries(run))


def _write_and_list(run: MigrationRun, name: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    velero = run.definition.velero
    client = open_storage(run.connections.object_storage(velero.connection))
    # Beside the migration's prefix: Velero takes no folder for its own that it does not know.
    key = f"{CONFIG_MAP}/{name}"
    try:
        client.put_object(Bucket=velero.bucket, Key=key, Body=name.encode())
        listed = client.list_objects_v2(Bucket=velero.bucket, Prefix=key).get("Contents") or []
        body = client.get_object(Bucket=velero.bucket, Key=key)["Body"].read()
        client.delete_object(Bucket=velero.bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        raise PermanentError(
            f"bucket {velero.bucket} of connection {velero.connection}: a canary object could not be written, listed and "
            f"read ({error_code(error)}); check permissions and addressing style (OBS needs `virtual`)"
        ) from error
    if [row["Key"] for row in listed] != [key] or body != name.encode():
        raise ProofError(f"bucket {velero.bucket}: a canary object was written, but not listed or read back")


def _send(run: MigrationRun, name: str, token: str) -> str | None:
    run.source.apply(_config_map(run, name, token))
    _create(run, "source", _backup(run, name))
    _await(run, "source", "backups", name)
    sync_backup(run, name)
    _create(run, "target", _restore(run, name))
    _await(run, "target", "restores", name)
    seen = run.target.find(f"/api/v1/namespaces/{RESTORED_NAMESPACE}/configmaps/{CONFIG_MAP}")
    return ((seen or {}).get("data") or {}).get("token")


def _create(run: MigrationRun, side: str, manifest: dict[str, Any]) -> None:
    cluster = run.source if side == "source" else run.target
    try:
        cluster.create(manifest)
    except ObjectExistsError:
        logger.debug("%s is there already", manifest["metadata"]["name"])


def _await(run: MigrationRun, side: str, plural: str, name: str) -> None:
    cluster = run.source if side == "source" else run.target
    phase = wait_until_finished(cluster, plural, name, TIMEOUT_SECONDS)
    if state_of(phase) != "done":
        seen = cluster.get(object_path(plural, name)).get("status") or {}
        raise ProofError(
            f"{plural[:-1]} velero/{name}, {side} cluster: is {phase} "
            f"({seen.get('failureReason') or seen.get('errors') or 'no reason given'}); read the log of Deployment "
            f"{NAMESPACE}/velero",
            "the canary did not arrive",
        )


def _remove(run: MigrationRun, name: str) -> None:
    bucket = backup_bucket(run)
    # The bucket first: a location that is read again would bring the backup back.
    bucket.delete_folder(f"backups/{name}")
    bucket.delete_folder(f"restores/{name}")
    for cluster in (run.source, run.target):
        cluster.delete(object_path("restores", name))
        cluster.delete(object_path("backups", name))
    run.source.delete(f"{NAMESPACE_PATH}/configmaps/{CONFIG_MAP}")
    run.target.delete(f"/api/v1/namespaces/{RESTORED_NAMESPACE}")


def _config_map(run: MigrationRun, name: str, token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": CONFIG_MAP,
            "namespace": NAMESPACE,
            "labels": {**owned(run.definition), LABEL: name},
        },
        "data": {"token": token},
    }


def _backup(run: MigrationRun, name: str) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "Backup",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": owned(run.definition)},
        "spec": {
            "storageLocation": location_name(run.definition),
            "ttl": "1h0m0s",
            "includedNamespaces": [NAMESPACE],
            "includedNamespaceScopedResources": ["configmaps"],
            "labelSelector": {"matchLabels": {LABEL: name}},
            "snapshotVolumes": False,
            "defaultVolumesToFsBackup": False,
        },
    }


def _restore(run: MigrationRun, name: str) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "Restore",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {OWNER: run.definition.name}},
        "spec": {
            "backupName": name,
            "includedNamespaces": [NAMESPACE],
            "namespaceMapping": {NAMESPACE: RESTORED_NAMESPACE},
            "restorePVs": False,
        },
    }
