"""Install Velero in a cluster, and wait until it serves."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from include.conditions import is_established
from include.connections.access import Side
from include.errors import TemporaryError, WaitTimeoutError
from include.images import target_reference
from include.ledger import Action
from include.planning.model import load_plan
from include.velero.backups import planned_objects
from include.velero.foreign import refuse_foreign_velero
from include.velero.names import (
    DEPLOYMENT_PATH,
    NAMESPACE_PATH,
    cluster_of,
    credentials_name,
    location_name,
    object_path,
    owned,
)
from include.velero.rendering import (
    PULL_SECRET,
    Installation,
    render_credentials,
    render_installation,
    render_location,
)
from include.verification.readiness import HOPELESS_REASONS, pod_reasons

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

PHASE = "velero_install"
SERVER_SECONDS = 300.0
LOCATION_SECONDS = 90.0
CRD_SECONDS = 60.0
RECENT_SECONDS = 30
PULL_SECRET_SECONDS = 20.0
# A pull can fail once while the pull secret is being made.
HOPELESS_SECONDS = 30.0
POLL_SECONDS = 1.0
SECONDS_BETWEEN_LINES = 10.0
WORKERS = 8

Manifest = dict[str, Any]


def install_velero(run: MigrationRun, side: Side) -> None:
    """Install Velero in one cluster, or bring this migration's installation up to date; safe to repeat.

    :raises PermanentError: when a Velero is there that this program did not install.
    :raises TemporaryError: when it does not become ready, with what its pods or its storage location say.
    """
    started = time.monotonic()
    cluster = cluster_of(run, side)
    refuse_foreign_velero(cluster)
    before = cluster.find(DEPLOYMENT_PATH)
    manifests = render_installation(_installation(run, side))
    crds = [one for one in manifests if one["kind"] == "CustomResourceDefinition"]
    _apply_definitions(cluster, crds)
    _apply_rest(run, side, [one for one in manifests if one not in crds])
    wait_for_server(cluster)
    asked_at = _apply_location(run, cluster)
    wait_for_location(cluster, location_name(run.definition), asked_at)
    after = cluster.get(DEPLOYMENT_PATH)
    _record(run, side, _is_unchanged(before, after), time.monotonic() - started)
    logger.info("Velero serves in the %s cluster, %.0f s", side, time.monotonic() - started)


def wait_for_server(cluster: Cluster, timeout_seconds: float = SERVER_SECONDS) -> None:
    """Wait until the Deployment is available; what its pods wait for is logged and ends up in the error."""
    started = last_line = time.monotonic()
    hopeless_since: float | None = None
    while True:
        deployment = cluster.get(DEPLOYMENT_PATH)
        if _is_available(deployment):
            return
        reasons = pod_reasons(cluster.list(f"{NAMESPACE_PATH}/pods", labelSelector="deploy=velero"))
        moment = time.monotonic()
        if not any(reason.startswith(tuple(HOPELESS_REASONS)) for reason in reasons):
            hopeless_since = None
        elif hopeless_since is None:
            hopeless_since = moment
        text = (
            f"Deployment velero/velero, {cluster.name} cluster: is not available after {moment - started:.0f} s"
            f" ({'; '.join(reasons) or 'its pods run, but are not ready'}); read the log of its pod"
        )
        if hopeless_since is not None and moment - hopeless_since >= HOPELESS_SECONDS:
            raise TemporaryError(text)
        if moment - started >= timeout_seconds:
            raise WaitTimeoutError(text)
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info(
                "Waiting for Velero in the %s cluster: %s", cluster.name, "; ".join(reasons) or "starts"
            )
        time.sleep(POLL_SECONDS)


def wait_for_location(
    cluster: Cluster, name: str, asked_at: datetime, timeout_seconds: float = LOCATION_SECONDS
) -> None:
    """Wait until Velero has looked at the storage location after `asked_at` and found it available."""
    path = object_path("backupstoragelocations", name)

    def is_looked_at(seen: Manifest | None) -> bool:
        status = (seen or {}).get("status") or {}
        return bool(status.get("phase")) and _moment(status.get("lastValidationTime")) >= asked_at

    seen = cluster.wait_for(
        path, is_looked_at, timeout_seconds, f"Velero has looked at storage location {name}"
    )
    status = (seen or {}).get("status") or {}
    if status.get("phase") != "Available":
        raise TemporaryError(
            f"BackupStorageLocation velero/{name}, {cluster.name} cluster: {status.get('phase')}: "
            f"{status.get('message') or 'no message'}; check endpoint, bucket and keys of the connection, and that the "
            "cluster reaches the object storage"
        )


def _installation(run: MigrationRun, side: Side) -> Installation:
    velero, labels = run.definition.velero, owned(run.definition)
    images, objects = velero.images, len(planned_objects(run))
    if side == "source":
        return Installation(images.server, images.plugin, labels, server=velero.source, objects=objects)
    server, plugin = (target_reference(run, image) for image in (images.server, images.plugin))
    return Installation(server, plugin, labels, PULL_SECRET, velero.target, objects)


def _apply_definitions(cluster: Cluster, crds: list[Manifest]) -> None:
    def establish(crd: Manifest) -> None:
        cluster.apply(crd)
        cluster.wait_for(
            cluster.path_of(crd), is_established, CRD_SECONDS, f"{crd['metadata']['name']} is established"
        )

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(establish, crds))
    cluster.discover(refresh=True)


def _apply_rest(run: MigrationRun, side: Side, manifests: list[Manifest]) -> None:
    cluster = cluster_of(run, side)
    for manifest in manifests:
        if manifest["kind"] == "Deployment" and side == "target":
            _await_pull_secret(cluster)
        cluster.apply(manifest)


def _apply_location(run: MigrationRun, cluster: Cluster) -> datetime:
    """Apply credentials and location; return the moment since when what Velero says of the location counts."""
    definition = run.definition
    access = run.connections.object_storage(definition.velero.connection)
    credentials, name = credentials_name(definition), location_name(definition)
    secret = cluster.find(f"{NAMESPACE_PATH}/secrets/{credentials}")
    new_secret = cluster.apply(render_credentials(credentials, owned(definition), access))
    before = cluster.find(object_path("backupstoragelocations", name))
    asked_at = datetime.now(UTC).replace(microsecond=0)
    manifest = render_location(
        name, owned(definition), access, definition.velero.bucket, definition.name, credentials
    )
    after = cluster.apply(manifest)
    is_same = _is_unchanged(before, after) and _version(secret) == _version(new_secret)
    is_good = ((before or {}).get("status") or {}).get("phase") == "Available"
    # One that did not change is looked at every ten seconds: its last good answer will do.
    return asked_at - timedelta(seconds=RECENT_SECONDS) if is_same and is_good else asked_at


def _await_pull_secret(cluster: Cluster) -> None:
    """Give the cloud a moment to make its pull secret in the new namespace; without it the pull is tried all the same."""
    path = f"{NAMESPACE_PATH}/secrets/{PULL_SECRET}"
    try:
        cluster.wait_for(path, bool, PULL_SECRET_SECONDS, f"Secret velero/{PULL_SECRET} is there")
    except WaitTimeoutError:
        logger.warning("Secret velero/%s is not there; images are pulled without a login", PULL_SECRET)


def _is_available(deployment: Manifest) -> bool:
    status = deployment.get("status") or {}
    is_current = int(status.get("observedGeneration") or 0) >= int(
        deployment["metadata"].get("generation") or 0
    )
    wanted = int((deployment.get("spec") or {}).get("replicas", 1))
    return is_current and int(status.get("availableReplicas") or 0) >= max(wanted, 1)


def _is_unchanged(before: Manifest | None, after: Manifest) -> bool:
    return before is not None and before["metadata"].get("generation") == after["metadata"].get("generation")


def _version(obj: Manifest | None) -> str | None:
    return obj["metadata"].get("resourceVersion") if obj is not None else None


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def _record(run: MigrationRun, side: Side, was_there: bool, seconds: float) -> None:
    for row in load_plan(run.ledger).items(PHASE):
        if row.details.get("side") == side:
            action: Action = "already_equal" if was_there else "copied"
            run.ledger.record_item(PHASE, row.record(action, seconds=seconds))
