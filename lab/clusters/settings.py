"""What one cluster of the lab is made of: its addresses, its folders, its certificates, its storage classes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from pathlib import Path

from lab import paths
from lab.addresses import REGION, SOURCE, TARGET, ClusterAddresses, Machine
from lab.clusters import order
from lab.clusters.certificates import Authority, KeyPair, make_signing_key

KUBERNETES_VERSION = "v1.34.4"
FRONT_PROXY = "front-proxy-client"


@dataclass(frozen=True)
class StorageClass:
    """A storage class of the cluster; all are served by the cluster's one provisioner."""

    name: str
    default: bool = False


@dataclass(frozen=True)
class NodeSettings:
    """The settings of one node; without a size it is as large as this machine."""

    machine: Machine
    labels: tuple[tuple[str, str], ...]
    taints: tuple[order.Taint, ...] = ()
    millicores: int | None = None
    memory_mib: int | None = None

    @property
    def name(self) -> str:
        """Return the name of the node, which is the machine's."""
        return self.machine.name

    @property
    def run(self) -> Path:
        """Return the folder of the node's configurations."""
        return paths.run_of(self.name)

    @property
    def containerd_socket(self) -> Path:
        """Return containerd's socket."""
        return containerd_socket(self.machine)

    @property
    def cgroup(self) -> str:
        """Return the control group that holds the node's pods."""
        return f"/cce-lab/{self.name}"


def containerd_socket(machine: Machine) -> Path:
    """Return the socket of containerd on a machine."""
    return paths.SOCKETS / f"{machine.name}-containerd.sock"


@dataclass(frozen=True)
class ClusterSettings:
    """The settings of one cluster."""

    addresses: ClusterAddresses
    kubeconfig: Path
    storage_classes: tuple[StorageClass, ...]
    provisioner: str
    nodes: tuple[NodeSettings, ...]
    system_images: str

    @property
    def name(self) -> str:
        """Return `source` or `target`."""
        return self.addresses.name

    @property
    def part(self) -> str:
        """Return the name of the part: also of its folders."""
        return f"{self.name}-cluster"

    @property
    def data(self) -> Path:
        """Return the folder of what the cluster stores."""
        return paths.data_of(self.part)

    @property
    def run(self) -> Path:
        """Return the folder of the cluster's configurations."""
        return paths.run_of(self.part)

    @property
    def volumes(self) -> Path:
        """Return the folder of the dynamic volumes."""
        return self.data / "volumes"

    @property
    def dns_service(self) -> str:
        """Return the address of the cluster's DNS Service."""
        return str(ipaddress.ip_network(self.addresses.services)[10])

    @property
    def api_service(self) -> str:
        """Return the address of the Service `kubernetes`."""
        return str(ipaddress.ip_network(self.addresses.services)[1])

    @property
    def signing_key(self) -> Path:
        """Return the key that service account tokens are signed with."""
        return self.run / "pki" / "service-accounts.key"

    @property
    def _authority(self) -> Authority:
        return Authority(self.run / "pki", f"{self.name}.lab")

    @property
    def authority(self) -> KeyPair:
        """Return the cluster's certificate authority."""
        return self._authority.pair

    def certificate(self, file_name: str) -> KeyPair:
        """Return one of the certificates that `make_certificates` made."""
        pki = self.run / "pki"
        return KeyPair(pki / f"{file_name}.crt", pki / f"{file_name}.key")

    def certificate_of(self, user: str) -> KeyPair:
        """Return the certificate of a user of the cluster, made if it is not there yet."""
        return self._authority.issue(user, user)

    def component_kubeconfig(self, component: str) -> Path:
        """Return the kubeconfig file of a component."""
        return self.run / f"{component}.kubeconfig"

    def make_certificates(self) -> None:
        """Make every certificate of the cluster that is not there yet."""
        master = self.addresses.master.address
        names = (
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        )
        issue = self._authority.issue
        issue(
            "api-server",
            "kube-apiserver",
            addresses=(*names, "localhost", "127.0.0.1", master, self.api_service),
        )
        issue("front-proxy", FRONT_PROXY)
        issue("api-server-kubelet-client", "kube-apiserver-kubelet-client", "system:masters")
        for node in self.nodes:
            user = f"system:node:{node.name}"
            issue(f"{node.name}-server", user, addresses=(node.name, node.machine.address))
            issue(f"{node.name}-kubelet", user, "system:nodes")
        issue("controller-manager", "system:kube-controller-manager")
        issue("scheduler", "system:kube-scheduler")
        issue("kube-proxy", "system:kube-proxy")
        issue("admin", "lab-admin", "system:masters")
        make_signing_key(self.signing_key)


SOURCE_CLUSTER = ClusterSettings(
    addresses=SOURCE,
    kubeconfig=paths.SOURCE_KUBECONFIG,
    storage_classes=(StorageClass("local-path", default=True),),
    provisioner="rancher.io/local-path",
    nodes=(NodeSettings(SOURCE.master, (("topology.kubernetes.io/zone", "idc-1"), ("disktype", "ssd"))),),
    system_images="registry.source.lab",
)


def target_cluster() -> ClusterSettings:
    """Return the settings of the target cluster as it was ordered; if it was not, of one without nodes."""
    ordered = order.load() or order.Order()
    return ClusterSettings(
        addresses=replace(TARGET, pods=ordered.pods, services=ordered.services),
        kubeconfig=paths.TARGET_KUBECONFIG,
        storage_classes=(
            StorageClass("csi-disk", default=True),
            StorageClass("csi-nas"),
            StorageClass("csi-obs"),
        ),
        provisioner="everest-csi-provisioner",
        nodes=tuple(_ordered_node(node) for node in ordered.nodes),
        # a name of its own for the same registry: the target's nodes can pull the cloud's system images,
        # but not the images of the source, which they must get from SWR
        system_images="addons.cce.lab",
    )


def _ordered_node(node: order.OrderedNode) -> NodeSettings:
    machine = next(one for one in TARGET.machines if one.name == node.machine)
    labels = node.labels | {
        "topology.kubernetes.io/zone": node.zone,
        "topology.kubernetes.io/region": REGION,
        "node.kubernetes.io/instance-type": node.flavor,
    }
    return NodeSettings(machine, tuple(labels.items()), node.taints, node.millicores, node.memory_mib)
