"""Say what nodes, pods and volumes use, as a metrics server and kubelets do."""

from __future__ import annotations

from typing import Any

from include.inventory.usage import Load, Usage
from tests.builders.objects import make, pod

METRICS = "metrics.k8s.io/v1beta1"
GIB = 2**30

Manifest = dict[str, Any]


def node_metrics(name: str, cpu: str, memory: str) -> Manifest:
    """Return what a metrics server says of a node."""
    return make(METRICS, "NodeMetrics", name, window="20s", usage={"cpu": cpu, "memory": memory})


def pod_metrics(name: str, *containers: tuple[str, str], namespace: str = "shop") -> Manifest:
    """Return what a metrics server says of a pod; each container is (cpu, memory)."""
    rows = [
        {"name": f"c{number}", "usage": {"cpu": cpu, "memory": memory}}
        for number, (cpu, memory) in enumerate(containers)
    ]
    return make(METRICS, "PodMetrics", name, namespace, window="20s", containers=rows)


def usage_of(**pods: tuple[int, int]) -> Usage:
    """Return the usage of pods of namespace shop, each `(millicores, MiB)`; `_` in a name stands for `-`."""
    return Usage(
        pods={
            ("shop", name.replace("_", "-")): Load(millicores, mib * 2**20)
            for name, (millicores, mib) in pods.items()
        }
    )


def mounting(name: str, *claims: str, node: str = "worker-a", owner: str | None = None) -> Manifest:
    """Return a running pod on a node that mounts claims."""
    volumes = [{"name": one, "persistentVolumeClaim": {"claimName": one}} for one in claims]
    return pod(name, owner, spec={"nodeName": node, "volumes": volumes, "containers": []})


def summary_path(node: str) -> str:
    """Return the path at which the API server asks a kubelet."""
    return f"/api/v1/nodes/{node}/proxy/stats/summary"


def summary(*volumes: Manifest, node_gib: int = 200) -> Manifest:
    """Return the answer of a kubelet whose pods have these volumes."""
    system = {"capacityBytes": node_gib * GIB, "usedBytes": GIB}
    return {
        "node": {"nodeName": "n", "fs": system, "runtime": {"imageFs": system}},
        "pods": [{"podRef": {"name": "p", "namespace": "shop"}, "volume": [*volumes, {"name": "token"}]}, {}],
    }


def volume_stats(claim: str, used: int, capacity: int, files: int | None = 7) -> Manifest:
    """Return what a kubelet says of a claim of namespace shop, sizes in bytes."""
    counted = {} if files is None else {"inodesUsed": files}
    reference = {"name": claim, "namespace": "shop"}
    return {"name": "v", "pvcRef": reference, "usedBytes": used, "capacityBytes": capacity, **counted}
