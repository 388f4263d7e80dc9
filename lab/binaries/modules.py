"""Which Go module gives which binaries, and how a ready-made one is recognized as the right one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
_VERSION = "k8s.io/component-base/version"
_KUBERNETES_FLAGS = (
    f"-s -w -X {_VERSION}.gitVersion=v1.34.4 -X {_VERSION}.gitMajor=1 -X {_VERSION}.gitMinor=34 "
    f"-X {_VERSION}.gitTreeState=clean"
)
_VELERO_FLAGS = "-s -w -X github.com/vmware-tanzu/velero/pkg/buildinfo.Version=v1.18.3"


@dataclass(frozen=True)
class Name:
    """A name that a binary is called by.

    `arguments` make it print its version and `version` is what the right one prints; a ready-made binary of this name
    is never taken where they are empty.
    """

    name: str
    arguments: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True)
class Binary:
    """A Go package and the names that its binary gets."""

    package: str
    names: tuple[Name, ...]


@dataclass(frozen=True)
class Manifests:
    """Files that a module brings along which another one is built of, as one file of the given name."""

    module: str
    files: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Module:
    """A Go module of `lab/binaries/`. `minutes` is what its build takes on two idle cores.

    `architecture` is Go's name of the processor it is built for, if that is not this machine's.
    """

    folder: str
    title: str
    binaries: tuple[Binary, ...]
    minutes: float
    link_flags: str = "-s -w"
    architecture: str = ""
    manifests: tuple[Manifests, ...] = ()

    @property
    def path(self) -> Path:
        """Return the module's folder."""
        return FOLDER / self.folder

    @property
    def results(self) -> tuple[tuple[Name, ...], ...]:
        """Return the names of each file that a build gives; it is kept under the first of them."""
        return (*(binary.names for binary in self.binaries), *((Name(one.name),) for one in self.manifests))


def _plain(package: str, arguments: tuple[str, ...] = (), version: str = "") -> Binary:
    return Binary(package, (Name(package.rsplit("/", 1)[-1], arguments, version),))


_COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet")
_KUBERNETES = (
    *(Name(name, ("--version",), "Kubernetes v1.34.4") for name in _COMPONENTS),
    Name("kubectl", ("version", "--client"), "v1.34.4"),
    Name("etcd", ("--version",), "etcd Version: 3.6."),
)
_VELERO = "github.com/vmware-tanzu/velero/cmd"
_SNAPSHOTTER = "github.com/kubernetes-csi/external-snapshotter"
_SNAPSHOT_KINDS = ("volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots")
# What a cluster has to be told before it knows of snapshots, in `.lab/bin`.
SNAPSHOT_KINDS = "snapshot-kinds.yaml"

MODULES = (
    # The provisioner is made of packages that Kubernetes has been built with then.
    Module(
        "kubernetes",
        "Kubernetes v1.34.4, etcd and local-path-provisioner",
        (Binary(".", _KUBERNETES), _plain("github.com/rancher/local-path-provisioner")),
        5.2,
        _KUBERNETES_FLAGS,
    ),
    Module(
        "tools",
        "restic",
        (_plain("github.com/restic/restic/cmd/restic", ("version",), "restic 0.18.1"),),
        1.2,
    ),
    Module(
        "coredns", "CoreDNS", (_plain("github.com/coredns/coredns", ("-version",), "CoreDNS-1.12.4"),), 1.7
    ),
    Module("metrics_server", "metrics-server", (_plain("sigs.k8s.io/metrics-server/cmd/metrics-server"),), 2),
    Module(
        "velero",
        "Velero v1.18.3 and its AWS plugin",
        (
            _plain(f"{_VELERO}/velero"),
            _plain(f"{_VELERO}/velero-helper"),
            _plain(f"{_VELERO}/velero-restore-helper"),
            _plain("github.com/vmware-tanzu/velero-plugin-for-aws/velero-plugin-for-aws"),
        ),
        3.8,
        _VELERO_FLAGS,
    ),
    # The sidecars know every Kubernetes that has the kinds they watch: they may be newer than the cluster.
    Module(
        "csi",
        "the CSI sidecars and the lab's CSI driver",
        (
            Binary(".", (Name("csi-hostpath"),)),
            _plain("github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner"),
            _plain(f"{_SNAPSHOTTER}/v8/cmd/csi-snapshotter"),
            _plain(f"{_SNAPSHOTTER}/v8/cmd/snapshot-controller"),
        ),
        3.4,
        manifests=(
            Manifests(
                f"{_SNAPSHOTTER}/client/v8",
                tuple(f"config/crd/snapshot.storage.k8s.io_{kind}.yaml" for kind in _SNAPSHOT_KINDS),
                SNAPSHOT_KINDS,
            ),
        ),
    ),
    Module("shop", "the sample estate's program", (Binary(".", (Name("shop"),)),), 0.8),
    # an image for several processors holds a program for each, as it does everywhere
    Module(
        "shop",
        "the sample estate's program for arm64",
        (Binary(".", (Name("shop-arm64"),)),),
        0.8,
        architecture="arm64",
    ),
)

# Not part of the lab: a test cuts the network with it, a measurement slows it down.
TOXIPROXY = Module(
    "toxiproxy",
    "Toxiproxy",
    (Binary("github.com/Shopify/toxiproxy/v2/cmd/server", (Name("toxiproxy-server"),)),),
    0.5,
)
# What `docker-compose.yaml` is read with by a test: the library that Compose is made of.
COMPOSE_VALIDATOR = Module(
    "compose_validator",
    "the validator of docker-compose.yaml",
    (Binary(".", (Name("compose-validator"),)),),
    0.5,
)
# The plugin `docker compose`: only the test of docker-compose.yaml runs containers through an engine.
COMPOSE = Module(
    "compose",
    "Docker Compose v2.40.3",
    (Binary("github.com/docker/compose/v2/cmd", (Name("docker-compose"),)),),
    2.5,
    "-s -w -X github.com/docker/compose/v2/internal.Version=v2.40.3",
)
# What a user would otherwise run by hand: only measurements need them.
PEERS = Module(
    "peers",
    "regsync, crane and s5cmd",
    (
        _plain("github.com/regclient/regclient/cmd/regsync", ("version",), "v0.11.7"),
        _plain("github.com/google/go-containerregistry/cmd/crane", ("version",), "0.22.1"),
        Binary("github.com/peak/s5cmd/v2", (Name("s5cmd", ("version",), "v2.3.0"),)),
    ),
    1.5,
)
# Built before the tests begin: within the lab only the lab's names are known, so nothing can be loaded there.
FOR_TESTS = (TOXIPROXY, COMPOSE_VALIDATOR)
