"""A namespace that its owners keep tight: a quota its pods fill, limits, an autoscaler and a budget, beside three volumes."""

from __future__ import annotations

from typing import Any

from .velero_estate import FILLER, VeleroEstate

CROWDED = "velero-crowded"
APP, PODS = "full", 2
CLAIMS = ("files-1", "files-2", "files-3")
APP_PATH = f"/apis/apps/v1/namespaces/{CROWDED}/deployments/{APP}"
SCALER_PATH = f"/apis/autoscaling/v2/namespaces/{CROWDED}/horizontalpodautoscalers/{APP}"
QUOTA_PATH = f"/api/v1/namespaces/{CROWDED}/resourcequotas/tight"
# The limit of memory has room for one mover (2 GiB), and for no second one.
HARD = {"pods": str(PODS), "requests.memory": "160Mi", "limits.memory": "2Gi", "limits.cpu": "1"}
START_SECONDS = 120.0

Manifest = dict[str, Any]


class CrowdedEstate(VeleroEstate):
    """Be that namespace, and the runs that move it."""

    namespace = CROWDED

    def make(self) -> None:
        """Make the objects, and wait until the pods have written into every claim."""
        source = self.run("make").source
        for manifest in _manifests():
            source.apply(manifest)
        source.wait_for(APP_PATH, is_running, START_SECONDS, f"{CROWDED}/{APP} runs")


def is_running(app: Manifest | None) -> bool:
    """Say whether all pods of the Deployment are ready."""
    return ((app or {}).get("status") or {}).get("readyReplicas") == PODS


def _named(name: str) -> Manifest:
    return {"name": name, "namespace": CROWDED}


def _manifests() -> list[Manifest]:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CROWDED}}
    return [namespace, _limits(), _quota(), *map(_claim, CLAIMS), _budget(), _app(), _scaler()]


def _quota() -> Manifest:
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": _named("tight"), "spec": {"hard": HARD}}


def _limits() -> Manifest:
    row = {
        "type": "Container",
        "default": {"cpu": "400m", "memory": "64Mi"},
        "defaultRequest": {"cpu": "10m", "memory": "16Mi"},
        "max": {"memory": "2Gi"},
        "min": {"memory": "16Mi"},
    }
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": _named("sizes"), "spec": {"limits": [row]}}


def _claim(name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _named(name),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "local-path",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _budget() -> Manifest:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _named(APP),
        "spec": {"minAvailable": PODS, "selector": {"matchLabels": {"app": APP}}},
    }


def _scaler() -> Manifest:
    metric = {"type": "Utilization", "averageUtilization": 80}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _named(APP),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": APP},
            "minReplicas": PODS,
            "maxReplicas": PODS + 2,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": metric}}],
        },
    }


def _app() -> Manifest:
    """Return a Deployment that says it is ready once it has written into every claim."""
    writes = "; ".join(f"date > /{name}/$HOSTNAME" for name in CLAIMS)
    container = {
        "name": "app",
        "image": FILLER,
        "command": ["sh", "-c", f"{writes}; touch /tmp/written; exec sleep 86400"],
        "readinessProbe": {"exec": {"command": ["test", "-e", "/tmp/written"]}, "periodSeconds": 1},
        "volumeMounts": [{"name": name, "mountPath": f"/{name}"} for name in CLAIMS],
    }
    pod = {
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in CLAIMS],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _named(APP),
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": {"app": APP}},
            "template": {"metadata": {"labels": {"app": APP}}, "spec": pod},
        },
    }
