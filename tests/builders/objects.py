"""Build Kubernetes objects, inventories of them, and a cluster that only lives in memory."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from include.clusters import ApiResource
from include.errors import ObjectExistsError, ObjectInvalidError, ObjectNotFoundError
from include.inventory import Inventory

LISTED = frozenset({"get", "list", "create", "patch"})
KINDS = {
    ("v1", "Namespace"): ("namespaces", False),
    ("v1", "Node"): ("nodes", False),
    ("v1", "PersistentVolume"): ("persistentvolumes", False),
    ("v1", "ConfigMap"): ("configmaps", True),
    ("v1", "Secret"): ("secrets", True),
    ("v1", "Service"): ("services", True),
    ("v1", "ServiceAccount"): ("serviceaccounts", True),
    ("v1", "Pod"): ("pods", True),
    ("v1", "PersistentVolumeClaim"): ("persistentvolumeclaims", True),
    ("v1", "Endpoints"): ("endpoints", True),
    ("v1", "Event"): ("events", True),
    ("v1", "ResourceQuota"): ("resourcequotas", True),
    ("v1", "LimitRange"): ("limitranges", True),
    ("apps/v1", "Deployment"): ("deployments", True),
    ("apps/v1", "StatefulSet"): ("statefulsets", True),
    ("apps/v1", "DaemonSet"): ("daemonsets", True),
    ("apps/v1", "ReplicaSet"): ("replicasets", True),
    ("batch/v1", "Job"): ("jobs", True),
    ("batch/v1", "CronJob"): ("cronjobs", True),
    ("batch/v1beta1", "CronJob"): ("cronjobs", True),
    ("policy/v1beta1", "PodSecurityPolicy"): ("podsecuritypolicies", False),
    ("policy/v1", "PodDisruptionBudget"): ("poddisruptionbudgets", True),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): ("horizontalpodautoscalers", True),
    ("networking.k8s.io/v1", "Ingress"): ("ingresses", True),
    ("networking.k8s.io/v1", "NetworkPolicy"): ("networkpolicies", True),
    ("storage.k8s.io/v1", "StorageClass"): ("storageclasses", False),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): ("clusterroles", False),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): ("clusterrolebindings", False),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): ("rolebindings", True),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): ("customresourcedefinitions", False),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): (
        "validatingwebhookconfigurations",
        False,
    ),
    ("crd.projectcalico.org/v1", "NetworkPolicy"): ("networkpolicies", True),
    ("bitnami.com/v1alpha1", "SealedSecret"): ("sealedsecrets", True),
    ("cert-manager.io/v1", "Certificate"): ("certificates", True),
    ("metrics.k8s.io/v1beta1", "NodeMetrics"): ("nodes", False),
    ("metrics.k8s.io/v1beta1", "PodMetrics"): ("pods", True),
    ("rbac.authorization.k8s.io/v1", "Role"): ("roles", True),
    ("networking.k8s.io/v1", "IngressClass"): ("ingressclasses", False),
    ("monitoring.coreos.com/v1", "Alertmanager"): ("alertmanagers", True),
    ("monitoring.coreos.com/v1", "Prometheus"): ("prometheuses", True),
    ("monitoring.coreos.com/v1", "PrometheusRule"): ("prometheusrules", True),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): ("servicemonitors", True),
    ("kafka.strimzi.io/v1beta2", "Kafka"): ("kafkas", True),
    ("kafka.strimzi.io/v1beta2", "KafkaTopic"): ("kafkatopics", True),
    ("argoproj.io/v1alpha1", "AppProject"): ("appprojects", True),
    ("argoproj.io/v1alpha1", "Application"): ("applications", True),
    ("cert-manager.io/v1", "Issuer"): ("issuers", True),
    ("cloud.google.com/v1", "BackendConfig"): ("backendconfigs", True),
    ("networking.gke.io/v1", "ManagedCertificate"): ("managedcertificates", True),
    ("traefik.io/v1alpha1", "IngressRoute"): ("ingressroutes", True),
    ("traefik.containo.us/v1alpha1", "IngressRoute"): ("ingressroutes", True),
    ("traefik.io/v1alpha1", "IngressRouteTCP"): ("ingressroutetcps", True),
    ("traefik.io/v1alpha1", "Middleware"): ("middlewares", True),
    ("shop.lab/v1", "Campaign"): ("campaigns", True),
    ("shop.lab/v1", "Region"): ("regions", False),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"): ("volumesnapshots", True),
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"): ("volumesnapshotclasses", False),
    ("velero.io/v1", "Backup"): ("backups.velero.io", True),
    ("discovery.k8s.io/v1", "EndpointSlice"): ("endpointslices", True),
}


def resource(api_version: str, kind: str) -> ApiResource:
    """Return the resource of a kind of these tests."""
    plural, is_namespaced = KINDS[api_version, kind]
    group, _, version = api_version.rpartition("/")
    return ApiResource(group, version, plural, kind, is_namespaced, LISTED)


def make(
    api_version: str, kind: str, name: str, namespace: str | None = "shop", **fields: Any
) -> dict[str, Any]:
    """Return an object; `metadata` among the fields is merged into name and namespace."""
    metadata = {"name": name, **({"namespace": namespace} if KINDS[api_version, kind][1] else {})}
    metadata |= fields.pop("metadata", {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def container(image: str = "registry.source.lab/shop/app:1", **fields: Any) -> dict[str, Any]:
    """Return a container."""
    return {"name": "app", "image": image, **fields}


def deployment(
    name: str = "web", replicas: int = 2, metadata: dict[str, Any] | None = None, **pod: Any
) -> dict[str, Any]:
    """Return a Deployment; keywords are fields of its pod spec."""
    return workload("Deployment", name, metadata, replicas=replicas, **pod)


def workload(
    kind: str, name: str, metadata: dict[str, Any] | None = None, replicas: int | None = None, **pod: Any
) -> dict[str, Any]:
    """Return a workload of apps/v1; keywords are fields of its pod spec."""
    labels = {"app": name}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container()], **pod}},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return make("apps/v1", kind, name, metadata=metadata or {}, spec=spec)


def pod(name: str = "web-1", owner: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a running Pod, of a ReplicaSet when it is given."""
    metadata: dict[str, Any] = {"labels": {"app": "web"}}
    if owner:
        metadata["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner, "controller": True}]
    metadata |= fields.pop("metadata", {})
    known = {"spec": {"containers": [container()]}, "status": {"phase": "Running"}}
    return make("v1", "Pod", name, metadata=metadata, **{**known, **fields})


def claim(
    name: str = "uploads", size: str = "1Gi", storage_class: str | None = "local-path", **spec: Any
) -> dict[str, Any]:
    """Return a bound PersistentVolumeClaim."""
    known = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
        "storageClassName": storage_class,
        "volumeName": f"pv-{name}",
    }
    return make("v1", "PersistentVolumeClaim", name, spec={**known, **spec})


def volume(claim_name: str = "uploads", **spec: Any) -> dict[str, Any]:
    """Return the PersistentVolume of a claim in namespace shop, on node `worker`."""
    terms = [
        {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker"]}]}
    ]
    known = {
        "claimRef": {"namespace": "shop", "name": claim_name},
        "hostPath": {"path": f"/opt/volumes/{claim_name}"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
    }
    return make("v1", "PersistentVolume", f"pv-{claim_name}", spec={**known, **spec})


def inventory(*objects: dict[str, Any], **facts: Any) -> Inventory:
    """Return an inventory of these objects, of the namespaces shop and warehouse."""
    by_resource: dict[ApiResource, list[dict[str, Any]]] = {}
    for obj in objects:
        by_resource.setdefault(resource(obj["apiVersion"], obj["kind"]), []).append(obj)
    known: dict[str, Any] = {"namespaces": ["shop", "warehouse"], "registries": ["registry.source.lab"]}
    return Inventory(by_resource, **{**known, **facts})


class MemoryCluster:
    """Serve objects from memory, with the methods of `Cluster` that the tested code uses."""

    def __init__(self, name: str, *objects: dict[str, Any], refusals: dict[str, str] | None = None) -> None:
        self.name = name
        self.objects = {self.path_of(obj): copy.deepcopy(obj) for obj in objects}
        self.refusals = refusals or {}
        self.tried: list[dict[str, Any]] = []
        self.unknown_kinds: set[str] = set()
        self.answers: dict[str, dict[str, Any] | Exception] = {}
        self.asked: list[str] = []

    def discover(self, *, refresh: bool = False) -> list[ApiResource]:
        """Return every kind of these tests, but for those made unknown."""
        return sorted(resource(*key) for key in KINDS if key[1] not in self.unknown_kinds)

    def resource(self, api_version: str, kind: str) -> ApiResource:
        """Return one kind."""
        if kind in self.unknown_kinds or (api_version, kind) not in KINDS:
            raise ObjectNotFoundError(f"{kind}: not served", status=404)
        return resource(api_version, kind)

    def path_of(self, obj: dict[str, Any]) -> str:
        """Return the path of an object."""
        metadata = obj["metadata"]
        return resource(obj["apiVersion"], obj["kind"]).path(metadata.get("namespace"), metadata["name"])

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Return one object."""
        found = self.find(path)
        if found is None:
            raise ObjectNotFoundError(f"{path}: not there", status=404)
        return found

    def glance(self, path: str, timeout_seconds: float) -> dict[str, Any]:
        """Return what `answers` has for a path, else the objects of the collection."""
        self.asked.append(path)
        answer = self.answers.get(path, {"items": list(self.list(path))})
        if isinstance(answer, Exception):
            raise answer
        return copy.deepcopy(answer)

    def find(self, path: str, **parameters: Any) -> dict[str, Any] | None:
        """Return one object or None."""
        return copy.deepcopy(self.objects.get(path))

    def exists(self, path: str) -> bool:
        """Say whether an object is there."""
        return path in self.objects

    def list(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the objects of a collection that a label selector chooses."""
        for known, obj in sorted(self.objects.items()):
            plain = resource(obj["apiVersion"], obj["kind"]).path(None)
            is_within = known.rpartition("/")[0] == path or plain == path
            if is_within and _is_selected(obj, parameters.get("labelSelector", "")):
                yield copy.deepcopy(obj)

    def count(self, path: str) -> int:
        """Return how many objects a collection has."""
        return sum(1 for _ in self.list(path))

    def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        """Create an object unless its name is refused."""
        self.tried.append(obj)
        if obj["metadata"]["name"] in self.refusals:
            raise ObjectInvalidError(self.refusals[obj["metadata"]["name"]], status=422)
        if self.path_of(obj) in self.objects:
            raise ObjectExistsError("it is there", status=409)
        if not dry_run:
            self.objects[self.path_of(obj)] = obj
        return obj

    def apply(self, obj: dict[str, Any], dry_run: bool = False) -> dict[str, Any]:
        """Accept an object, and keep it unless it is only tried."""
        if not dry_run:
            self.objects[self.path_of(obj)] = copy.deepcopy(obj)
        return obj

    def delete(self, path: str, **parameters: Any) -> None:
        """Remove an object if it is there."""
        self.objects.pop(path, None)

    def patch(self, path: str, patch: dict[str, Any], **parameters: Any) -> dict[str, Any]:
        """Merge the top two levels of a patch into an object."""
        target = self.objects[path]
        for name, value in patch.items():
            target[name] = {**target.get(name, {}), **value}
        return target

    def version(self) -> dict[str, Any]:
        """Return a version document."""
        return {"gitVersion": "v1.34.4", "major": "1", "minor": "34"}


def _is_selected(obj: dict[str, Any], selector: str) -> bool:
    """Follow a selector of labels that are there, `name`, and that have a value or another one, `name=value` and `name!=value`."""
    labels = obj["metadata"].get("labels") or {}
    return all(_fits(labels, part) for part in selector.split(",") if part)


def _fits(labels: dict[str, str], part: str) -> bool:
    name, sign, value = part.partition("=")
    if name.endswith("!"):
        return labels.get(name.rstrip("!")) != value
    return name in labels and (not sign or labels[name] == value)
