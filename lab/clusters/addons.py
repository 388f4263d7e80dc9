"""What runs in `kube-system`: cluster DNS and volumes in both clusters, and metrics in the source, as in most that people run."""

from __future__ import annotations

from pathlib import Path
from string import Template

import dns.message
import dns.query
import yaml

from lab import addresses
from lab.clusters.api import ClusterApi
from lab.clusters.applying import Manifest
from lab.clusters.settings import ClusterSettings, StorageClass

_FOLDER = Path(__file__).resolve().parent / "manifests"
_DEPLOYMENTS = ("coredns", "volume-provisioner")


def addon_manifests(settings: ClusterSettings) -> list[Manifest]:
    """Return the manifests of a cluster's add-ons."""
    values = {
        "dns": addresses.DNS,
        "dns_service": settings.dns_service,
        "images": settings.system_images,
        "volumes": str(settings.volumes),
        "provisioner": settings.provisioner,
    }
    found: list[Manifest] = [_proxy_permissions()]
    for file in sorted([*_FOLDER.glob("*.yaml"), *(_FOLDER / settings.name).glob("*.yaml")]):
        found.extend(yaml.safe_load_all(Template(file.read_text()).substitute(values)))
    return found + [_storage_class(settings, known) for known in settings.storage_classes]


def _storage_class(settings: ClusterSettings, known: StorageClass) -> Manifest:
    # Velero and the volume mover refuse hostPath volumes: `local` ones are what a node's disk gives
    annotations = {"defaultVolumeType": "local"}
    if known.default:
        annotations["storageclass.kubernetes.io/is-default-class"] = "true"
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": known.name, "annotations": annotations},
        "provisioner": settings.provisioner,
        "volumeBindingMode": "WaitForFirstConsumer",
        "reclaimPolicy": "Delete",
        "allowVolumeExpansion": settings.name == "target",
    }


def _proxy_permissions() -> Manifest:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "lab:node-proxier"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "system:node-proxier",
        },
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "system:kube-proxy"}],
    }


def are_available(api: ClusterApi) -> bool:
    """Say whether every add-on has a pod that is ready, and cluster DNS answers."""
    for name in _DEPLOYMENTS:
        status = api.get(f"/apis/apps/v1/namespaces/kube-system/deployments/{name}").get("status", {})
        if not status.get("availableReplicas"):
            return False
    slices = api.items("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices")
    return any(_resolves(address) for address in _dns_addresses(slices))


def _dns_addresses(slices: list[Manifest]) -> list[str]:
    found = [
        entry
        for entry in slices
        if entry["metadata"]["labels"].get("kubernetes.io/service-name") == "kube-dns"
    ]
    return [
        address for entry in found for point in entry.get("endpoints") or [] for address in point["addresses"]
    ]


def _resolves(server: str) -> bool:
    question = dns.message.make_query("kubernetes.default.svc.cluster.local.", "A")
    return bool(dns.query.udp(question, server, timeout=2).answer)
