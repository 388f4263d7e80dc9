"""Write down what a mover is: a Job, its Secret, and leave to reach the object storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from include.volumes.scripts import STANDBY, Script, script_text, standby_text

# Kept a day when nobody collects it: the program that started it may have been killed.
KEEP_SECONDS = 86400
# A mover that stands by holds a disk on its node, so it ends by itself when its cutover never comes.
STANDBY_SECONDS = 7200
ORDER = "cce-migration/order"
# The object storage is named in full: the cluster's own domains, each asked first for two kinds of addresses, do not have it; and an answer
# that is lost would be waited for for five seconds.
NAMES_IN_FULL = {
    "options": [
        {"name": "ndots", "value": "1"},
        {"name": "timeout", "value": "1"},
        {"name": "attempts", "value": "5"},
    ]
}
RESOURCES = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "2Gi"}}
# Files of every owner are read and written, and get their owner back. These are what the `baseline` Pod Security Standard
# allows.
CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD", "SETFCAP"]

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Mover:
    """Describe one mover.

    :param volume: the Kubernetes volume source to mount at /volume, or None for a mover that needs none.
    :param node: name of the node it must run on, or None for any.
    :param settings: environment without secrets.
    :param stands_by: wait for orders, each of which runs the script with settings of its own.
    """

    name: str
    namespace: str
    script: Script
    image: str
    labels: dict[str, str]
    volume: Manifest | None = None
    read_only: bool = True
    node: str | None = None
    pull_secret: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    stands_by: bool = False


def job_manifest(mover: Mover) -> Manifest:
    """Return the Job."""
    limit = {"activeDeadlineSeconds": STANDBY_SECONDS} if mover.stands_by else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(mover),
        "spec": {
            "backoffLimit": 0,
            **limit,
            "ttlSecondsAfterFinished": KEEP_SECONDS,
            "template": {"metadata": {"labels": mover.labels}, "spec": _pod_spec(mover)},
        },
    }


def secret_manifest(mover: Mover, values: dict[str, str]) -> Manifest:
    """Return the Secret with the mover's environment."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": _metadata(mover), "stringData": values}


def network_policy(mover: Mover) -> Manifest:
    """Return the policy that lets the mover out where a namespace closes itself off."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(mover),
        "spec": {"podSelector": {"matchLabels": mover.labels}, "policyTypes": ["Egress"], "egress": [{}]},
    }


def host_path(path: str) -> Manifest:
    """Return the volume source of a folder of the node."""
    return {"hostPath": {"path": path, "type": "Directory"}}


def claim(name: str, *, read_only: bool) -> Manifest:
    """Return the volume source of a claim."""
    return {"persistentVolumeClaim": {"claimName": name, "readOnly": read_only}}


def _metadata(mover: Mover) -> Manifest:
    return {"name": mover.name, "namespace": mover.namespace, "labels": mover.labels}


def _pod_spec(mover: Mover) -> Manifest:
    spec: Manifest = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 5,
        "tolerations": [{"operator": "Exists"}],
        "containers": [_container(mover)],
        "volumes": [{"name": "scratch", "emptyDir": {}}],
    }
    if mover.volume is not None:
        spec["volumes"].append({"name": "volume", **mover.volume})
    if mover.stands_by:
        spec["volumes"].append({"name": "orders", "downwardAPI": {"items": [_order_item()]}})
    if "RESTIC_REPOSITORY" in mover.settings:
        spec["dnsConfig"] = NAMES_IN_FULL
    if mover.node:
        spec["nodeName"] = mover.node
    if mover.pull_secret:
        spec["imagePullSecrets"] = [{"name": mover.pull_secret}]
    return spec


def _order_item() -> Manifest:
    return {"path": "order", "fieldRef": {"fieldPath": f"metadata.annotations['{ORDER}']"}}


def _container(mover: Mover) -> Manifest:
    mounts: list[Manifest] = [{"name": "scratch", "mountPath": "/tmp"}]  # ruff: ignore[hardcoded-temp-file]  (a folder of the container)
    if mover.volume is not None:
        mounts.append({"name": "volume", "mountPath": "/volume", "readOnly": mover.read_only})
    if mover.stands_by:
        mounts.append({"name": "orders", "mountPath": "/orders", "readOnly": True})
    return {
        "name": "mover",
        "image": mover.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c"],
        "args": _arguments(mover),
        "env": [{"name": name, "value": value} for name, value in sorted(mover.settings.items())],
        "envFrom": [{"secretRef": {"name": mover.name}}],
        "resources": RESOURCES,
        "volumeMounts": mounts,
        "securityContext": {
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": CAPABILITIES},
        },
    }


def _arguments(mover: Mover) -> list[str]:
    script = script_text(mover.script)
    return [standby_text(), STANDBY, script] if mover.stands_by else [script]
