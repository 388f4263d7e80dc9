"""Know which objects stay behind, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from include.inventory.manual_endpoints import ENDPOINTS, SLICES, is_hand_written
from include.inventory.owners import controller_of, is_finished
from include.inventory.store import Inventory
from include.inventory.volumes import is_ephemeral
from include.labels import OWNER

Manifest = dict[str, Any]

# Whole kinds, by resource name.
KINDS = {
    "nodes": "the target has nodes of its own",
    "persistentvolumes": "the target makes a volume for each claim; the content is copied",
    "controllerrevisions.apps": "made by its workload",
    "storageclasses.storage.k8s.io": "belongs to the source's storage; claims are mapped",
    "ingressclasses.networking.k8s.io": "belongs to the Ingress controller of each cluster",
    "csistoragecapacities.storage.k8s.io": "a measurement of the source's storage",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "calls nothing of the migrated namespaces",
    "validatingwebhookconfigurations.admissionregistration.k8s.io": "calls nothing of the migrated namespaces",
}
# Groups of tools that exist once per cluster, or of the migration itself.
GROUPS = {
    "velero.io": "belongs to the migration's own tool",
    "metrics.k8s.io": "a measurement",
    "snapshot.storage.k8s.io": "points at a snapshot in the source's storage",
    "node.k8s.io": "belongs to the node",
}
# What is made anew by whatever controls it.
FOLLOWERS = frozenset({"pods", "jobs.batch", "replicasets.apps"})
SECRET_NAMES = {
    "default-secret": "CCE makes it in every namespace, and rotates it",
    "paas.elb": "CCE's own credentials",
    "paas.longaksk": "CCE's own credentials",
}
BARE_POD = "it has no controller, so it could not be held until its volumes are copied"
SECRET_TYPES = {"kubernetes.io/service-account-token": "a token of the source is worth nothing on the target"}


def reason_to_exclude(obj: Manifest, inventory: Inventory) -> str | None:
    """Return why an object stays behind, or None when it is to be migrated."""
    resource = inventory.resource_of(obj)
    if resource.name in KINDS:
        return KINDS[resource.name]
    if resource.group in GROUPS:
        return GROUPS[resource.group]
    if controller_of(obj) and resource.name in FOLLOWERS:
        return "made by its controller"
    if obj.get("metadata", {}).get("deletionTimestamp"):
        return "it is being deleted"
    if OWNER in (obj.get("metadata", {}).get("labels") or {}):
        return GROUPS["velero.io"]
    if resource.name in {ENDPOINTS, SLICES}:
        return None if is_hand_written(obj, inventory) else "made by the target from Services"
    if (obj["metadata"].get("namespace"), obj["metadata"]["name"]) in _source_logins(
        resource.name, inventory
    ):
        return "a login to registries of the source: pods pull the copies from SWR"
    chooser = BY_KIND.get(resource.name)
    return chooser(obj) if chooser else None


def _source_logins(resource: str, inventory: Inventory) -> frozenset[tuple[str, str]]:
    return inventory.source_logins if resource == "secrets" else frozenset()


def _secret(obj: Manifest) -> str | None:
    reason = SECRET_NAMES.get(obj["metadata"]["name"]) or SECRET_TYPES.get(obj.get("type", ""))
    if reason is None and (obj["metadata"].get("labels") or {}).get("secret-generated-by") == "cce":
        return SECRET_NAMES["default-secret"]
    return reason


def _config_map(obj: Manifest) -> str | None:
    return "made by the target in every namespace" if obj["metadata"]["name"] == "kube-root-ca.crt" else None


def _claim(obj: Manifest) -> str | None:
    return "it lives and ends with its pod" if is_ephemeral(obj) else None


def _service_account(obj: Manifest) -> str | None:
    return "made by the target in every namespace" if obj["metadata"]["name"] == "default" else None


def _pod(obj: Manifest) -> str | None:
    if is_finished(obj):
        return "it has ended"
    return BARE_POD


def _job(obj: Manifest) -> str | None:
    return "it has ended; it would run again" if is_finished(obj) else None


def _service(obj: Manifest) -> str | None:
    metadata = obj["metadata"]
    is_api = (metadata.get("namespace"), metadata["name"]) == ("default", "kubernetes")
    return "the API of each cluster itself" if is_api else None


def _cluster_role(obj: Manifest) -> str | None:
    labels = obj["metadata"].get("labels") or {}
    is_built_in = obj["metadata"]["name"].startswith("system:") or "kubernetes.io/bootstrapping" in labels
    return "built into every cluster" if is_built_in else None


def _priority_class(obj: Manifest) -> str | None:
    return "built into every cluster" if obj["metadata"]["name"].startswith("system-") else None


BY_KIND: dict[str, Callable[[Manifest], str | None]] = {
    "secrets": _secret,
    "configmaps": _config_map,
    "persistentvolumeclaims": _claim,
    "serviceaccounts": _service_account,
    "pods": _pod,
    "jobs.batch": _job,
    "services": _service,
    "clusterroles.rbac.authorization.k8s.io": _cluster_role,
    "clusterrolebindings.rbac.authorization.k8s.io": _cluster_role,
    "priorityclasses.scheduling.k8s.io": _priority_class,
}
