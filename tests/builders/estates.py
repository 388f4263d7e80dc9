"""Build a web shop as it stands in many clusters: enough of everything for an assessment that reads like a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from include.definition import Definition
from include.inventory import take_inventory
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, claim, container, make, volume, workload
from tests.builders.runs import run as lab_run
from tests.builders.usage import (
    GIB,
    mounting,
    node_metrics,
    pod_metrics,
    summary,
    summary_path,
    volume_stats,
)

REGISTRY = "registry.source.lab"
HELM = {"meta.helm.sh/release-name": "shop"}
ARGO = {"argocd.argoproj.io/instance": "warehouse"}
PROMETHEUS = {
    "apiVersion": "monitoring.example.com/v1",
    "kind": "Prometheus",
    "name": "main",
    "controller": True,
}

Manifest = dict[str, Any]


def estate() -> list[Manifest]:
    """Return the objects of the source: two namespaces on three workers and a control plane."""
    return [
        *_cluster(),
        *_nodes(),
        *_shop(),
        *_warehouse(),
        *_batch(),
        *_ways_in(),
        *_volumes(),
        *_settings(),
    ]


def estate_run(
    folder: Path,
    *objects: Manifest,
    source: Definition | None = None,
    answers: dict[str, Manifest | Exception] | None = None,
) -> MigrationRun:
    """Return a run whose inventory of the estate, and of more objects, is taken.

    :param answers: what the source answers to quick questions, by path, such as those for kubelets.
    """
    run = lab_run(folder, definition=source or estate_definition())
    cluster = MemoryCluster("source", *estate(), *objects)
    cluster.answers = answers or {}
    run.__dict__["source"] = cluster
    take_inventory(run)
    return run


def measured_estate_run(folder: Path) -> MigrationRun:
    """Return a run of the estate with running pods, a metrics server, and kubelets that tell how full volumes are."""
    full = {"uploads": 31, "search-0": 12, "search-1": 12.5, "search-2": 11.75}
    stats = [
        volume_stats(name, int(used * GIB), (49 if name == "uploads" else 98) * GIB, files=int(used * 4100))
        for name, used in full.items()
    ]
    share = volume_stats("media", 700 * GIB, 2**63 - 2**12, files=None)
    answers: dict[str, Manifest | Exception] = {
        summary_path("worker-a"): summary(*stats[:2], share),
        summary_path("worker-b"): summary(stats[2]),
        summary_path("worker-c"): summary(stats[3]),
    }
    return estate_run(folder, *_running(), answers=answers)


def _running() -> Iterator[Manifest]:
    """Yield the pods of some workloads with what they use, and what their nodes use."""
    yield node_metrics("cp-1", "310m", "3100Mi")
    for place, (zone, cpu, memory) in enumerate((
        ("a", "5900m", "24Gi"),
        ("b", "4100m", "21Gi"),
        ("c", "2700m", "17Gi"),
    )):
        node = f"worker-{zone}"
        yield node_metrics(node, cpu, memory)
        for name, used in (
            ("search", ("2100m", "7400Mi")),
            ("api", ("420m", "2900Mi")),
            ("mailer", ("120m", "410Mi")),
        ):
            yield _running_pod(name, place, node)
            yield pod_metrics(f"{name}-{place}", used)


def _running_pod(name: str, number: int, node: str) -> Manifest:
    kind = "StatefulSet" if name == "search" else "Deployment"
    claims = [f"search-{number}"] if name == "search" else ["uploads", "media"] if name == "api" else []
    requests = {"search": ("2", "8Gi"), "api": ("750m", "1536Mi")}.get(name)
    made = mounting(f"{name}-{number}", *claims, node=node)
    made["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}
    ]
    image = f"shop/{name}:5"
    made["spec"]["containers"] = [_asking(image, *requests) if requests else container(f"{REGISTRY}/{image}")]
    return made


def estate_definition() -> Definition:
    """Return a definition in which one storage class was forgotten: a blocker."""
    return definition(lambda document: document["target"].update(storage_classes={"gp3": "csi-disk"}))


def _cluster() -> Iterator[Manifest]:
    for name in ("shop", "warehouse", "kube-system"):
        yield make("v1", "Namespace", name, metadata={"uid": f"uid-of-{name}"})
    for kind in ("Campaign", "Unused"):
        spec = {"group": "shop.lab", "names": {"kind": kind}}
        yield make(
            "apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{kind.lower()}s.shop.lab", spec=spec
        )
    for number in range(1, 5):
        image = f"{REGISTRY}/shop/banner:{number}"
        yield make("shop.lab/v1", "Campaign", f"campaign-{number}", spec={"image": image})
    yield make("shop.lab/v1", "Region", "eu")


def _nodes() -> Iterator[Manifest]:
    kinds = [("cp-1", "2", "8", "a"), *((f"worker-{zone}", "8", "32", zone) for zone in "abc")]
    for place, (name, cores, memory, zone) in enumerate(kinds):
        labels = {
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": name,
            "topology.kubernetes.io/zone": f"source-1{zone}",
        }
        if name == "cp-1":
            labels["node-role.kubernetes.io/control-plane"] = ""
        capacity = {"cpu": cores, "memory": f"{memory}Gi", "pods": "110", "ephemeral-storage": "180Gi"}
        free = {**capacity, "cpu": f"{int(cores) * 1000 - 90}m", "memory": f"{int(memory) * 1024 - 1500}Mi"}
        yield make(
            "v1",
            "Node",
            name,
            metadata={"labels": labels},
            spec={"podCIDR": f"10.244.{place}.0/24"},
            status={
                "capacity": capacity,
                "allocatable": free,
                "addresses": [{"type": "InternalIP", "address": f"10.20.30.{10 + place}"}],
                "nodeInfo": {"kernelVersion": "6.1.0-28-amd64", "osImage": "Debian GNU/Linux 12 (bookworm)"},
            },
        )


def _asking(image: str, cpu: str, memory: str, **fields: Any) -> Manifest:
    resources = {"requests": {"cpu": cpu, "memory": memory}}
    return container(f"{REGISTRY}/{image}", resources=resources, **fields)


def _shop() -> Iterator[Manifest]:
    helm = {"annotations": HELM}
    yield workload("Deployment", "web", helm, 4, containers=[_asking("shop/web:5.2", "500m", "512Mi")])
    migrate = _asking("shop/migrate:5.2", "1", "1Gi", command=["migrate"])
    proxy = _asking("mesh/proxy:1.9", "100m", "128Mi", restartPolicy="Always")
    api = _asking("shop/api:5.2", "750m", "1536Mi", env=[{"name": "DB", "value": "pg.source.lab:5432"}])
    yield workload(
        "Deployment", "api", helm, 6, initContainers=[proxy, {**migrate, "name": "m"}], containers=[api]
    )
    yield workload("Deployment", "mailer", helm, 1, containers=[container(f"{REGISTRY}/shop/mailer:2")])
    yield workload(
        "StatefulSet",
        "search",
        helm,
        3,
        containers=[_asking("search/engine:8.13", "2", "8Gi")],
        nodeSelector={"eks.amazonaws.com/nodegroup": "large"},
    )
    yield workload(
        "DaemonSet",
        "log-collector",
        helm,
        containers=[_asking("logs/collector:3", "100m", "200Mi")],
        volumes=[{"name": "logs", "hostPath": {"path": "/var/lib"}}],
    )
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, "minReplicas": 4, "maxReplicas": 20}
    yield make("autoscaling/v2", "HorizontalPodAutoscaler", "web", spec=spec)


def _warehouse() -> Iterator[Manifest]:
    argo = {"labels": ARGO, "namespace": "warehouse"}
    for name, replicas, cpu, memory in (
        ("stock", 2, "500m", "1Gi"),
        ("restock", 1, "250m", "512Mi"),
        ("labels", 2, "200m", "256Mi"),
    ):
        image = f"warehouse/{name}:1.{replicas}"
        yield workload("Deployment", name, argo, replicas, containers=[_asking(image, cpu, memory)])
    owned = {"ownerReferences": [PROMETHEUS], "namespace": "warehouse"}
    yield workload(
        "StatefulSet",
        "prometheus",
        owned,
        1,
        containers=[
            container(
                "quay.io/prometheus/prometheus:v3.5.0",
                resources={"requests": {"cpu": "500m", "memory": "3Gi"}},
            )
        ],
    )


def _batch() -> Iterator[Manifest]:
    for name, cpu in (("nightly-report", "1"), ("sitemap", "250m")):
        pod = {"containers": [_asking(f"shop/{name}:4", cpu, "2Gi")], "restartPolicy": "Never"}
        spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
        yield make("batch/v1", "CronJob", name, spec=spec)
    yield make(
        "policy/v1",
        "PodDisruptionBudget",
        "search",
        spec={"maxUnavailable": 0, "selector": {"matchLabels": {"app": "search"}}},
    )


def _ways_in() -> Iterator[Manifest]:
    aws = {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-type": "nlb"}}
    address = {"loadBalancer": {"ingress": [{"hostname": "shop-1a2b3c.elb.eu-central-1.example.com"}]}}
    ports = [{"port": 80}, {"port": 443}]
    spec = {"type": "LoadBalancer", "clusterIP": "10.100.12.13", "ports": ports, "selector": {"app": "web"}}
    yield make("v1", "Service", "web", metadata=aws, spec=spec, status=address)
    scanners = {"type": "LoadBalancer", "clusterIP": "10.100.77.1", "ports": [{"port": 443}]}
    yield make("v1", "Service", "scanners", "warehouse", spec=scanners, status=address)
    for place, name in enumerate(("api", "mailer", "search", "stock", "restock", "labels")):
        namespace = "shop" if place < 3 else "warehouse"
        spec = {"clusterIP": f"10.100.200.{place}", "ports": [{"port": 8080}], "selector": {"app": name}}
        yield make("v1", "Service", name, namespace, spec=spec)
    for name, kind in (("shop", "nginx"), ("admin", "nginx"), ("media", "alb")):
        rules = [{"host": f"{name}.shop.example.com"}]
        yield make("networking.k8s.io/v1", "Ingress", name, spec={"ingressClassName": kind, "rules": rules})


def _volumes() -> Iterator[Manifest]:
    for name, size, storage_class in (
        ("uploads", "50Gi", "gp3"),
        ("search-0", "100Gi", "gp3"),
        ("search-1", "100Gi", "gp3"),
        ("search-2", "100Gi", "gp3"),
        ("cache", "2Gi", "gp3"),
        ("media", "400Gi", "efs-shared"),
    ):
        yield claim(name, size, storage_class)
        yield volume(name, hostPath=None, csi={"driver": "csi.example.com", "volumeHandle": name})


def _settings() -> Iterator[Manifest]:
    addresses = {
        "DATABASE": "pg.source.lab:5432",
        "PICTURES": "http://s3.source.lab",
        "MAIL": "smtp.example.com:587",
    }
    yield make("v1", "ConfigMap", "api", data=addresses)
    yield make("v1", "ConfigMap", "stock", "warehouse", data={"DATABASE": "mariadb.source.lab:3306"})
    yield make("v1", "Secret", "deployer-token", type="kubernetes.io/service-account-token", data={})
    for number in range(1, 13):
        yield make("v1", "Event", f"event-{number}")
