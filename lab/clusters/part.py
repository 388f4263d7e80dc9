"""The two clusters as parts of the lab: the control plane and nodes first, then what runs in `kube-system`."""

from __future__ import annotations

import json
import sys
from typing import Any

from lab import network, paths
from lab.clusters import order
from lab.clusters.addons import addon_manifests, are_available
from lab.clusters.api import ClusterApi
from lab.clusters.applying import Applier
from lab.clusters.control_plane import control_plane_programs
from lab.clusters.kubeconfig import write_kubeconfig
from lab.clusters.node import node_programs, write_node_configurations
from lab.clusters.settings import SOURCE_CLUSTER, ClusterSettings, target_cluster
from lab.parts import Program


class _ControlPlane:
    """A cluster's processes. Ready when the API server says so and each node is registered and Ready."""

    depends_on: tuple[str, ...] = ("network",)

    def __init__(self, settings: ClusterSettings) -> None:
        self._settings = settings
        self.name = f"{settings.name}-control-plane"
        self.address = settings.addresses.api

    def prepare(self) -> None:
        """Make certificates, kubeconfigs and configurations, and the ways to the pods."""
        settings = self._settings
        settings.make_certificates()
        settings.volumes.mkdir(exist_ok=True)
        network.lead_to_pods(settings.addresses)
        for component in ("controller-manager", "scheduler", "kube-proxy"):
            self._write_kubeconfig(component)
        self._write_kubeconfig("admin")
        for node in settings.nodes:
            write_node_configurations(settings, node)

    def _write_kubeconfig(self, component: str) -> None:
        settings = self._settings
        write_kubeconfig(
            settings.kubeconfig if component == "admin" else settings.component_kubeconfig(component),
            cluster=settings.name,
            server=settings.addresses.api,
            authority=settings.authority.certificate,
            user=component,
            pair=settings.certificate(component),
        )

    def programs(self) -> list[Program]:
        """Return the processes of control plane and nodes, and the cloud's own controllers."""
        settings = self._settings
        controllers = Program(
            f"{settings.name}-controllers",
            [sys.executable, "-m", "lab.clusters.controllers", settings.name],
            netns=settings.addresses.master.netns,
            directory=str(paths.ROOT),
        )
        nodes = [program for node in settings.nodes for program in node_programs(node)]
        return [*control_plane_programs(settings), controllers, *nodes]

    def is_ready(self) -> bool:
        """Say whether the API server is ready and the nodes are."""
        with ClusterApi(self._settings.kubeconfig, timeout=3) as api:
            return api.get("/readyz") == "ok" and all(
                _is_node_ready(api, node.name) for node in self._settings.nodes
            )

    def finish(self) -> None:
        """Do nothing more."""


def _is_node_ready(api: ClusterApi, name: str) -> bool:
    path = f"/api/v1/nodes/{name}"
    # the node's own word: its status may still be that of a kubelet that died
    if api.get(f"{path}/proxy/healthz") != "ok":
        return False
    conditions = api.get(path)["status"]["conditions"]
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


class _Cluster:
    """A cluster that can be used: names resolve in its pods, and volumes are made on request."""

    def __init__(self, settings: ClusterSettings) -> None:
        self._settings = settings
        self.name = f"{settings.name}-cluster"
        self.depends_on: tuple[str, ...] = (f"{settings.name}-control-plane", "system-images", "dns")
        self.address = settings.addresses.api

    def prepare(self) -> None:
        """Put the add-ons into the cluster."""
        with ClusterApi(self._settings.kubeconfig) as api:
            Applier(api).apply_all(addon_manifests(self._settings))

    def programs(self) -> list[Program]:
        """Return nothing: the add-ons run in pods."""
        return []

    def is_ready(self) -> bool:
        """Say whether all add-ons are available, as far as there is a node for them."""
        if not self._settings.nodes:
            return True
        with ClusterApi(self._settings.kubeconfig, timeout=3) as api:
            return are_available(api)

    def finish(self) -> None:
        """Write the authorities of both clusters, as far as they are there, where clients look for them."""
        certificates = [settings.authority.certificate for settings in (SOURCE_CLUSTER, target_cluster())]
        known = [file.read_text() for file in certificates if file.exists()]
        paths.CA_CERTIFICATE.write_text("".join(known))

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection to the cluster."""
        kubeconfig = self._settings.kubeconfig.read_text()
        compact = json.dumps(json.loads(kubeconfig))
        connection = {"conn_type": "kubernetes", "extra": {"kube_config": compact}}
        return {f"{self._settings.name}_cluster": connection}


class SourceControlPlane(_ControlPlane):
    """The source cluster's processes."""

    def __init__(self) -> None:
        super().__init__(SOURCE_CLUSTER)


class SourceCluster(_Cluster):
    """The source cluster."""

    def __init__(self) -> None:
        super().__init__(SOURCE_CLUSTER)


class SourceMetrics:
    """The metrics of the source cluster, which come a while after it can be used. Ready when its node is measured."""

    name = "source-metrics"
    depends_on: tuple[str, ...] = ("source-cluster",)
    address = f"{SOURCE_CLUSTER.addresses.api}/apis/metrics.k8s.io"

    def prepare(self) -> None:
        """Do nothing: the add-on is in the cluster."""

    def programs(self) -> list[Program]:
        """Return nothing: the add-on runs in a pod."""
        return []

    def is_ready(self) -> bool:
        """Say whether the cluster serves what its node uses."""
        with ClusterApi(SOURCE_CLUSTER.kubeconfig, timeout=3) as api:
            return bool(api.items("/apis/metrics.k8s.io/v1beta1/nodes"))

    def finish(self) -> None:
        """Do nothing more."""


class TargetControlPlane(_ControlPlane):
    """The target cluster's processes, once it was ordered."""

    def __init__(self) -> None:
        super().__init__(target_cluster())

    def is_ordered(self) -> bool:
        """Say whether somebody ordered the cluster."""
        return order.load() is not None


class TargetCluster(_Cluster):
    """The target cluster, once it was ordered."""

    def __init__(self) -> None:
        super().__init__(target_cluster())

    def is_ordered(self) -> bool:
        """Say whether somebody ordered the cluster."""
        return order.load() is not None
