"""Build the objects of an application as a chart renders them and an API server gives them back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from tests.builders.objects import make

Manifest = dict[str, Any]
Annotations = dict[str, str] | None


class Application:
    """Collect the objects of one application in a namespace of its name."""

    def __init__(self, name: str, *, registry: str, storage_class: str) -> None:
        self.name = name
        self.registry = registry
        self.storage_class = storage_class
        self.objects: list[Manifest] = []
        self.add("v1", "Namespace", name)

    def add(
        self,
        api_version: str,
        kind: str,
        name: str,
        *,
        annotations: Annotations = None,
        labels: Annotations = None,
        **fields: Any,
    ) -> Manifest:
        """Add any object, with the metadata of a release and of a server."""
        number = zlib.crc32(f"{self.name}/{kind}/{name}".encode())
        metadata: Manifest = {
            "labels": {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": self.name}
            | (labels or {}),
            "annotations": {"meta.helm.sh/release-name": self.name} | (annotations or {}),
            "uid": f"00000000-0000-4000-8000-{number:012d}",
            "resourceVersion": str(number % 100_000),
            "creationTimestamp": "2026-01-10T08:00:00Z",
        }
        made = make(api_version, kind, name, namespace=self.name, metadata=metadata, **fields)
        self.objects.append(made)
        return made

    def config(self, name: str, **data: str) -> None:
        """Add a ConfigMap."""
        self.add("v1", "ConfigMap", name, data=data)

    def secret(self, name: str, kind: str = "Opaque", **values: str) -> None:
        """Add a Secret whose values are given as text."""
        import base64

        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self.add("v1", "Secret", name, type=kind, data=data)

    def service(
        self, name: str, *ports: int, annotations: Annotations = None, headless: bool = False, **spec: Any
    ) -> None:
        """Add a Service of the pods of its name."""
        address = "None" if headless else f"10.96.{zlib.crc32(name.encode()) % 250}.{len(name)}"
        known = {
            "type": "ClusterIP",
            "clusterIP": address,
            "clusterIPs": [address],
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
            "sessionAffinity": "None",
            "selector": {"app.kubernetes.io/name": name.removesuffix("-headless")},
            "ports": [
                {"name": f"p{port}", "port": port, "protocol": "TCP", "targetPort": port} for port in ports
            ],
        }
        self.add(
            "v1", "Service", name, annotations=annotations, spec=known | spec, status={"loadBalancer": {}}
        )

    def balancer(self, name: str, *ports: int, annotations: Annotations = None, **spec: Any) -> None:
        """Add a LoadBalancer Service as the source's cloud has filled it in."""
        known = {
            "type": "LoadBalancer",
            "allocateLoadBalancerNodePorts": True,
            "externalTrafficPolicy": "Cluster",
            "ports": [
                {
                    "name": f"p{port}",
                    "port": port,
                    "nodePort": 30000 + port % 2767,
                    "protocol": "TCP",
                    "targetPort": port,
                }
                for port in ports
            ],
        }
        self.service(name, annotations=annotations, **known | spec)

    def ingress(
        self,
        name: str,
        host: str,
        to: str,
        port: int,
        *,
        class_name: str | None,
        annotations: Annotations = None,
        path: str = "/",
        path_type: str = "Prefix",
        tls: bool = False,
    ) -> None:
        """Add an Ingress of one host and path."""
        backend = {"service": {"name": to, "port": {"number": port}}}
        spec: Manifest = {
            "rules": [
                {"host": host, "http": {"paths": [{"path": path, "pathType": path_type, "backend": backend}]}}
            ]
        }
        if class_name:
            spec["ingressClassName"] = class_name
        if tls:
            spec["tls"] = [{"hosts": [host], "secretName": f"{name}-tls"}]
        self.add("networking.k8s.io/v1", "Ingress", name, annotations=annotations, spec=spec)

    def claim(
        self, name: str, size: str, storage_class: str | None = None, mode: str = "ReadWriteOnce"
    ) -> None:
        """Add a bound claim."""
        bound = {
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
            "volume.kubernetes.io/storage-provisioner": "csi.example.com",
        }
        spec = {
            "accessModes": [mode],
            "resources": {"requests": {"storage": size}},
            "storageClassName": storage_class or self.storage_class,
            "volumeMode": "Filesystem",
            "volumeName": f"pvc-{name}",
        }
        self.add("v1", "PersistentVolumeClaim", name, annotations=bound, spec=spec, status={"phase": "Bound"})
        volume = {
            "claimRef": {"namespace": self.name, "name": name},
            "csi": {"driver": "csi.example.com", "volumeHandle": f"disk-{name}"},
            "capacity": {"storage": size},
        }
        self.add("v1", "PersistentVolume", f"pvc-{name}", spec=volume)

    def workload(
        self,
        kind: str,
        name: str,
        image: str,
        *,
        replicas: int = 1,
        env: dict[str, str] | None = None,
        claims: Sequence[str] = (),
        template_size: str | None = None,
        args: Sequence[str] = (),
        **pod: Any,
    ) -> Manifest:
        """Add a workload of one container and its ServiceAccount; `template_size` is that of a claim template."""
        self.add("v1", "ServiceAccount", name)
        mounts = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in claims]
        container: Manifest = {"name": name, "image": f"{self.registry}/{image}"}
        if env:
            container["env"] = [{"name": key, "value": value} for key, value in env.items()]
        if args:
            container["args"] = list(args)
        volumes = [*mounts, *pod.pop("volumes", [])]
        spec: Manifest = {
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": name}},
                "spec": {
                    "containers": [container],
                    "serviceAccountName": name,
                    **({"volumes": volumes} if volumes else {}),
                    **pod,
                },
            },
        }
        if kind != "DaemonSet":
            spec["replicas"] = replicas
        if template_size:
            wanted = {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": self.storage_class,
                "resources": {"requests": {"storage": template_size}},
            }
            spec["serviceName"] = f"{name}-headless"
            spec["volumeClaimTemplates"] = [
                {"metadata": {"name": "data"}, "spec": wanted, "status": {"phase": "Pending"}}
            ]
        return self.add("apps/v1", kind, name, spec=spec, status={"replicas": replicas})

    def component(self, name: str, image: str, *ports: int, replicas: int = 2, **more: Any) -> Manifest:
        """Add what charts make of a stateless part: Deployment, account, settings, Service, budget, rights, policy."""
        self.config(f"{name}-config", level="info", listen="0.0.0.0")
        if ports:
            self.service(name, *ports)
        labels = {"matchLabels": {"app.kubernetes.io/name": name}}
        self.add("policy/v1", "PodDisruptionBudget", name, spec={"maxUnavailable": 1, "selector": labels})
        self.add(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            name,
            spec={"podSelector": labels, "policyTypes": ["Ingress"]},
        )
        self.rights(name)
        return self.workload("Deployment", name, image, replicas=replicas, **more)

    def database(
        self, name: str, image: str, port: int, size: str, replicas: int = 1, **more: Any
    ) -> Manifest:
        """Add what charts make of a stateful part: StatefulSet with claims, both Services, password, budget."""
        self.secret(name, password="a-password")
        self.service(name, port)
        self.service(f"{name}-headless", port, headless=True, publishNotReadyAddresses=True)
        for number in range(replicas):
            self.claim(f"data-{name}-{number}", size)
        return self.workload("StatefulSet", name, image, replicas=replicas, template_size=size, **more)

    def rights(self, account: str) -> None:
        """Add a Role and its binding."""
        group = "rbac.authorization.k8s.io"
        self.add(
            f"{group}/v1",
            "Role",
            account,
            rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
        )
        subjects = [{"kind": "ServiceAccount", "name": account, "namespace": self.name}]
        role = {"apiGroup": group, "kind": "Role", "name": account}
        self.add(f"{group}/v1", "RoleBinding", account, roleRef=role, subjects=subjects)

    def scaler(self, name: str, most: int) -> None:
        """Add a HorizontalPodAutoscaler of a Deployment."""
        reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        spec = {"scaleTargetRef": reference, "minReplicas": 2, "maxReplicas": most}
        self.add("autoscaling/v2", "HorizontalPodAutoscaler", name, spec=spec)

    def cron(self, name: str, image: str, schedule: str, **pod: Any) -> None:
        """Add a CronJob."""
        container = {"name": name, "image": f"{self.registry}/{image}"}
        template = {"spec": {"restartPolicy": "OnFailure", "containers": [container], **pod}}
        self.add(
            "batch/v1",
            "CronJob",
            name,
            spec={"schedule": schedule, "jobTemplate": {"spec": {"template": template}}},
        )
