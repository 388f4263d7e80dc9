"""Volumes of a CSI driver in the source, beside those of its default class, and snapshots of them as other clusters have."""

from __future__ import annotations

from pathlib import Path
from string import Template

import httpx
import yaml

from lab import paths
from lab.binaries.modules import SNAPSHOT_KINDS
from lab.clusters.api import ClusterApi
from lab.clusters.applying import Applier, Manifest
from lab.clusters.kubeconfig import write_kubeconfig
from lab.clusters.settings import SOURCE_CLUSTER
from lab.parts import Program
from lab.supervision.namespace import machine_data, on_node

# the driver's name is in the driver
DRIVER = "hostpath.csi.lab"
USER = "csi-hostpath"
_MANIFESTS = Path(__file__).resolve().parent / "manifests" / "snapshots"
# in the mount namespace of the node: the kubelet looks for drivers here
_SOCKET = f"/var/lib/kubelet/plugins_registry/{DRIVER}.sock"
# where each tells of itself, on the node's address
_PORTS = {"csi-provisioner": 9801, "csi-snapshotter": 9802, "snapshot-controller": 9803}
# a copy of what a volume holds takes its time
_CALLS = (f"--csi-address={_SOCKET}", "--timeout=5m")
_FLAGS = {
    "csi-provisioner": (*_CALLS, "--strict-topology", "--immediate-topology=false"),
    "csi-snapshotter": _CALLS,
    "snapshot-controller": (),
}


class SourceSnapshots:
    """The driver on the source's node, and what Kubernetes itself brings along for drivers. Ready when all of it answers."""

    name = "source-snapshots"
    depends_on: tuple[str, ...] = ("source-cluster",)
    address = f"{SOURCE_CLUSTER.addresses.api}/apis/snapshot.storage.k8s.io"

    def __init__(self) -> None:
        self._node = SOURCE_CLUSTER.nodes[0]
        self._kubeconfig = SOURCE_CLUSTER.component_kubeconfig(USER)

    def prepare(self) -> None:
        """Tell the cluster of the driver and its classes, and give the programs a login."""
        write_kubeconfig(
            self._kubeconfig,
            cluster=SOURCE_CLUSTER.name,
            server=SOURCE_CLUSTER.addresses.api,
            authority=SOURCE_CLUSTER.authority.certificate,
            user=USER,
            pair=SOURCE_CLUSTER.certificate_of(USER),
        )
        with ClusterApi(SOURCE_CLUSTER.kubeconfig) as api:
            Applier(api).apply_all(snapshot_manifests())

    def programs(self) -> list[Program]:
        """Return the driver and the sidecars, all on the node."""
        driver = [f"--socket={_SOCKET}", f"--node={self._node.name}", f"--data={self._data}"]
        return [self._program("csi-hostpath", driver), *(self._sidecar(name) for name in _PORTS)]

    @property
    def _data(self) -> Path:
        return machine_data(self._node.machine) / "csi-hostpath"

    def _sidecar(self, name: str) -> Program:
        endpoint = f"--http-endpoint={self._endpoint(name)}"
        return self._program(name, [f"--kubeconfig={self._kubeconfig}", endpoint, *_FLAGS[name]])

    def _endpoint(self, name: str) -> str:
        return f"{self._node.machine.address}:{_PORTS[name]}"

    def _program(self, binary: str, arguments: list[str]) -> Program:
        machine = self._node.machine
        command = on_node(machine, [str(paths.BIN / binary), *arguments])
        return Program(f"{machine.name}-{binary}", command, netns=machine.netns)

    def is_ready(self) -> bool:
        """Say whether the kubelet knows the driver, and each sidecar answers."""
        with ClusterApi(SOURCE_CLUSTER.kubeconfig, timeout=3) as api:
            known = api.get(f"/apis/storage.k8s.io/v1/csinodes/{self._node.name}")["spec"]["drivers"] or []
        return any(driver["name"] == DRIVER for driver in known) and all(map(self._answers, _PORTS))

    def _answers(self, name: str) -> bool:
        return httpx.get(f"http://{self._endpoint(name)}/metrics", timeout=3, trust_env=False).is_success

    def finish(self) -> None:
        """Do nothing more."""


def snapshot_manifests() -> list[Manifest]:
    """Return the kinds of snapshots, and what the lab says of its driver."""
    kinds = yaml.safe_load_all((paths.BIN / SNAPSHOT_KINDS).read_text())
    # a file may begin with the line that is put between files
    found: list[Manifest] = [kind for kind in kinds if kind]
    for file in sorted(_MANIFESTS.glob("*.yaml")):
        text = Template(file.read_text()).substitute(driver=DRIVER, user=USER)
        found.extend(yaml.safe_load_all(text))
    return found
