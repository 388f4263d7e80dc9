"""Make the objects of a Velero installation, without touching a cluster.

The velero program renders its own objects; this module adds what the migration needs. Nothing secret is given to
the program, and the kubeconfig it insists on names no real server.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from include.connections import ObjectStorageAccess
from include.definition import VeleroServer
from include.engines import find_program, run_engine
from include.errors import EngineError
from include.velero.names import API_VERSION, NAMESPACE

PULL_SECRET = "default-secret"  # ruff: ignore[hardcoded-password-string]  (the name CCE gives it, not a secret)
# The server keeps what it restores in memory. Generous, for a limit reserves nothing.
MEMORY_MIB = 1024
MEMORY_MIB_PER_THOUSAND = 128
FEW_OBJECTS = 5000
CREDENTIALS_KEY = "cloud"
# Objects only: no node agent, no snapshots. Two clusters with little room must run it beside the estate.
RESOURCES = {
    "--velero-pod-cpu-request": "50m",
    "--velero-pod-cpu-limit": "0",
    "--velero-pod-mem-request": "128Mi",
}
NO_SERVER = """apiVersion: v1
kind: Config
current-context: none
contexts: [{name: none, context: {cluster: none, user: none}}]
clusters: [{name: none, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: none, user: {}}]
"""

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Installation:
    """Say what is to be installed in one cluster."""

    server_image: str
    plugin_image: str
    labels: dict[str, str]
    pull_secret: str | None = None
    server: VeleroServer = field(default_factory=VeleroServer)
    objects: int = 0

    @property
    def memory_mib(self) -> int:
        """Return the limit of the server's memory: the definition's, or one for the number of objects."""
        thousands = -(-max(self.objects - FEW_OBJECTS, 0) // 1000)
        return self.server.memory_mib or MEMORY_MIB + MEMORY_MIB_PER_THOUSAND * thousands


def render_installation(installation: Installation) -> list[Manifest]:
    """Return every object of the installation, CustomResourceDefinitions first."""
    manifests = [_clean(one) for one in _render(installation)]
    for manifest in manifests:
        labels = manifest["metadata"].setdefault("labels", {})
        labels.update(installation.labels)
        if manifest["kind"] == "Deployment":
            _adjust_server(manifest, installation)
    return sorted(manifests, key=_order)


def render_location(
    name: str, labels: dict[str, str], access: ObjectStorageAccess, bucket: str, prefix: str, credentials: str
) -> Manifest:
    """Return the BackupStorageLocation.

    OBS refuses path-style addresses and checksum trailers. The location is writable on both sides, because Velero
    keeps the results of a restore in it.
    """
    return {
        "apiVersion": API_VERSION,
        "kind": "BackupStorageLocation",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {
            "provider": "aws",
            "accessMode": "ReadWrite",
            "objectStorage": {"bucket": bucket, "prefix": prefix},
            "credential": {"name": credentials, "key": CREDENTIALS_KEY},
            "backupSyncPeriod": "1m0s",
            "validationFrequency": "10s",
            "config": {
                "region": access.region,
                "s3Url": access.endpoint_url,
                "s3ForcePathStyle": "true" if access.addressing_style == "path" else "false",
                "checksumAlgorithm": "",
            },
        },
    }


def render_credentials(name: str, labels: dict[str, str], access: ObjectStorageAccess) -> Manifest:
    """Return the Secret with the location's credentials, in the form of the AWS plugin."""
    text = f"[default]\naws_access_key_id={access.access_key}\naws_secret_access_key={access.secret_key}\n"
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "stringData": {CREDENTIALS_KEY: text},
    }


def _render(installation: Installation) -> list[Manifest]:
    with tempfile.TemporaryDirectory(prefix="cce-velero-") as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        kubeconfig.write_text(NO_SERVER)
        command = [
            find_program("velero", "velero (its command line program)"),
            *("install", "--dry-run", "--output", "yaml", "--namespace", NAMESPACE),
            *("--no-secret", "--no-default-backup-location", "--use-volume-snapshots=false"),
            *("--image", installation.server_image, "--plugins", installation.plugin_image),
            *(word for pair in RESOURCES.items() for word in pair),
            *("--velero-pod-mem-limit", f"{installation.memory_mib}Mi"),
        ]
        text = run_engine(command, environment={"KUBECONFIG": str(kubeconfig), "HOME": folder})
    document = yaml.safe_load(text)
    items = document.get("items") if isinstance(document, dict) else None
    if not items:
        raise EngineError(command, "it rendered no objects")
    return list(items)


def _adjust_server(deployment: Manifest, installation: Installation) -> None:
    pod, server = deployment["spec"]["template"]["spec"], installation.server
    if installation.pull_secret:
        pod["imagePullSecrets"] = [{"name": installation.pull_secret}]
    if server.node_selector:
        pod["nodeSelector"] = server.node_selector
    if server.tolerations:
        pod["tolerations"] = [one.model_dump(exclude_none=True) for one in server.tolerations]
    for container in [*pod["containers"], *(pod.get("initContainers") or [])]:
        container["imagePullPolicy"] = "IfNotPresent"
    # One server at a time: two would work on the same backup.
    deployment["spec"]["strategy"] = {"type": "Recreate"}


def _clean(manifest: Manifest) -> Manifest:
    """Drop what the program renders empty and server-side apply would take for a wish."""
    kept: Manifest = _without_nulls(manifest)
    kept.pop("status", None)
    return kept


def _without_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return [_without_nulls(value) for value in node] if isinstance(node, list) else node


def _order(manifest: Manifest) -> int:
    order = ("CustomResourceDefinition", "Namespace", "ServiceAccount", "ClusterRoleBinding")
    return order.index(manifest["kind"]) if manifest["kind"] in order else len(order)
