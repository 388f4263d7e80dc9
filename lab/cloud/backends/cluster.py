"""The cluster behind CCE: the lab's target, made when it is ordered, and asked as its administrator."""

from __future__ import annotations

import ipaddress
import json
import shutil
from pathlib import Path
from typing import Any

import httpx

from lab import addresses, network, paths
from lab.addresses import Machine
from lab.cloud import orders
from lab.cloud.cce_backend import NodeWish
from lab.cloud.node_flavors import offered_flavor
from lab.clusters import order
from lab.clusters.api import ApiError, ClusterApi
from lab.clusters.settings import KUBERNETES_VERSION, containerd_socket
from lab.supervision import cgroups, namespace

_OFFERED = ipaddress.ip_network("198.19.128.0/17")
_NARROWEST_PODS, _NARROWEST_SERVICES = 22, 24
_PARTS = ("target-control-plane", "target-cluster")


class AskedCluster:
    """A cluster as its administrator sees it, by a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self._kubeconfig = kubeconfig

    def document(self) -> dict[str, Any]:
        """Return the kubeconfig."""
        found: dict[str, Any] = json.loads(self._kubeconfig.read_text())
        return found

    @property
    def server(self) -> str:
        """Return the address of its API server."""
        return str(self.document()["clusters"][0]["cluster"]["server"])

    def is_available(self) -> bool:
        """Say whether its API server is ready."""
        try:
            return bool(self._get("/readyz") == "ok")
        except (ApiError, httpx.HTTPError, OSError):
            return False

    def nodes(self) -> list[dict[str, Any]]:
        """Return the nodes as Kubernetes has them."""
        found: list[dict[str, Any]] = self._get("/api/v1/nodes")["items"]
        return found

    def deployments(self) -> list[dict[str, Any]]:
        """Return the deployments that make the cluster work."""
        found: list[dict[str, Any]] = self._get("/apis/apps/v1/namespaces/kube-system/deployments")["items"]
        return found

    def _get(self, path: str) -> Any:
        with ClusterApi(self._kubeconfig, timeout=5) as api:
            return api.get(path)


class TargetCluster(AskedCluster):
    """The lab's target: real processes on the machines that are kept for it."""

    def version(self) -> str:
        """Return the version of Kubernetes as CCE writes it: v1.34."""
        return KUBERNETES_VERSION.rpartition(".")[0]

    def may_use(self, pods: str, services: str) -> bool:
        """Say whether the ranges are of those that the lab has, wide enough, and apart from each other."""
        try:
            wanted = [ipaddress.IPv4Network(text) for text in (pods, services)]
        except ValueError:
            return False
        return (
            all(network.subnet_of(_OFFERED) for network in wanted)
            and wanted[0].prefixlen <= _NARROWEST_PODS
            and wanted[1].prefixlen <= _NARROWEST_SERVICES
            and not wanted[0].overlaps(wanted[1])
        )

    def order(self, pods: str, services: str) -> None:
        """Note down that it is wanted."""
        order.save(order.Order(pods, services))

    def has_flavor(self, name: str) -> bool:
        """Say whether nodes of a flavor are offered."""
        return offered_flavor(name) is not None

    def free_nodes(self) -> int:
        """Return how many machines are left."""
        return len(_ordered().free_machines())

    def order_nodes(self, wishes: list[NodeWish]) -> list[str]:
        """Note down that nodes are wanted; return their names."""
        known = _ordered()
        names = known.free_machines()[: len(wishes)]
        nodes = tuple(_as_ordered(name, wish) for name, wish in zip(names, wishes, strict=True))
        order.save(known.with_nodes((*known.nodes, *nodes)))
        return names

    def start(self) -> None:
        """Bring up what was ordered: what runs already goes on."""
        for part in _PARTS:
            orders.start_part(part)

    def remove_nodes(self, names: list[str]) -> None:
        """End nodes for good."""
        known = _ordered()
        order.save(known.with_nodes(tuple(node for node in known.nodes if node.machine not in names)))
        # without the programs of these nodes
        orders.start_part(_PARTS[0])
        for machine in addresses.TARGET.machines:
            if machine.name in names:
                with ClusterApi(self._kubeconfig) as api:
                    api.request("DELETE", f"/api/v1/nodes/{machine.name}")
                _wipe(machine)

    def remove(self) -> None:
        """End it for good, with all that is in it."""
        order.forget()
        orders.end_part(_PARTS[0])
        for machine in addresses.TARGET.machines:
            _wipe(machine)
        shutil.rmtree(paths.DATA / "target-cluster", ignore_errors=True)
        shutil.rmtree(paths.RUN / "target-cluster", ignore_errors=True)
        self._kubeconfig.unlink(missing_ok=True)


def _ordered() -> order.Order:
    return order.load() or order.Order()


def _as_ordered(machine: str, wish: NodeWish) -> order.OrderedNode:
    flavor = offered_flavor(wish.flavor)
    assert flavor is not None
    return order.OrderedNode(
        machine,
        flavor.name,
        flavor.vcpus * 1000,
        flavor.memory_mib,
        wish.zone,
        dict(wish.labels),
        wish.taints,
    )


def _wipe(machine: Machine) -> None:
    """Make a machine as new: without containers, mounts, files and network of the node that was on it.

    Raises:
        RuntimeError: a process of it does not end.
    """
    socket = str(containerd_socket(machine))
    left = cgroups.end(lambda: cgroups.processes(machine.name) | cgroups.processes_naming(socket))
    left |= cgroups.end(lambda: namespace.keeper_of(machine) & cgroups.processes())
    if left:
        raise RuntimeError(f"{machine.name}: processes {sorted(left)} do not end")
    for folder in (namespace.machine_data(machine), paths.RUN / machine.name):
        if folder.exists():
            shutil.rmtree(folder)
    network.clear(machine)
    namespace.make_node_namespace(machine)
