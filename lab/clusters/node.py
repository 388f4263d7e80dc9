"""The programs of a cluster's nodes and their configurations: containerd, kubelet, kube-proxy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lab import addresses, paths
from lab.clusters.kubeconfig import write_kubeconfig
from lab.clusters.settings import ClusterSettings, NodeSettings
from lab.parts import Program
from lab.secrets import secrets
from lab.supervision.namespace import machine_data, on_node

CNI_BINARIES = "/usr/lib/cni"
# the kubelet's root folder, in the mount namespace of the node
_KUBELET_ROOT = "/var/lib/kubelet"
_MIB_A_KIB = 1024


def node_programs(node: NodeSettings) -> list[Program]:
    """Return a node's programs, all in its machine's network namespace."""
    run, netns = node.run, node.machine.netns
    containerd = ["containerd", "--config", str(run / "containerd.toml")]
    kubelet = [
        str(paths.BIN / "kubelet"),
        f"--config={run / 'kubelet.json'}",
        f"--kubeconfig={run / 'kubelet.kubeconfig'}",
        f"--root-dir={_KUBELET_ROOT}",
        f"--hostname-override={node.name}",
        f"--node-ip={node.machine.address}",
        f"--node-labels={','.join(f'{name}={value}' for name, value in node.labels)}",
    ]
    proxy = [str(paths.BIN / "kube-proxy"), f"--config={run / 'kube-proxy.json'}"]
    proxy.append(f"--hostname-override={node.name}")
    return [
        Program(f"{node.name}-containerd", on_node(node.machine, containerd), netns=netns),
        Program(f"{node.name}-kubelet", on_node(node.machine, kubelet), netns=netns),
        Program(f"{node.name}-kube-proxy", proxy, netns=netns),
    ]


def write_node_configurations(settings: ClusterSettings, node: NodeSettings) -> None:
    """Write the configurations of a node's programs."""
    run = node.run
    write_kubeconfig(
        run / "kubelet.kubeconfig",
        cluster=settings.name,
        server=settings.addresses.api,
        authority=settings.authority.certificate,
        user="kubelet",
        pair=settings.certificate(f"{node.name}-kubelet"),
    )
    _write(run / "containerd.toml", _containerd(settings, node))
    _write_registry_hosts(settings, node)
    cni = run / "cni"
    cni.mkdir(exist_ok=True)
    _write(cni / "10-lab.conflist", json.dumps(_cni(settings, node), indent=1))
    _write(run / "kubelet.json", json.dumps(_kubelet(settings, node), indent=1))
    _write(run / "kube-proxy.json", json.dumps(_kube_proxy(settings), indent=1))


def _containerd(settings: ClusterSettings, node: NodeSettings) -> str:
    is_target = settings.name == "target"
    mirror = addresses.SOURCE_REGISTRY if is_target else addresses.SOURCE_REGISTRY_HOST
    return f"""version = 2
root = "{machine_data(node.machine) / "containerd"}"
state = "{node.run / "containerd-state"}"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
]
[grpc]
address = "{node.containerd_socket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{settings.system_images}/lab/pause:1"
stream_server_address = "127.0.0.1"
# without CAP_SYS_RESOURCE, as in many sandboxes, runc may not lower a score and dies without a word
restrict_oom_score_adj = true
# else the pods' network namespaces are left in /run/netns of the machine
netns_mounts_under_state_dir = true
max_concurrent_downloads = 6
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{CNI_BINARIES}"
conf_dir = "{node.run / "cni"}"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
# the source's nodes keep them, as containerd does unless it is told otherwise; the target's save the room
discard_unpacked_layers = {str(is_target).lower()}
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "{node.run / "registries"}"
[plugins."io.containerd.grpc.v1.cri".registry.configs."{mirror}".auth]
username = "{addresses.SOURCE_REGISTRY_USER}"
password = "{secrets()["registry_password"]}"
"""


def _write_registry_hosts(settings: ClusterSettings, node: NodeSettings) -> None:
    """Say for each registry where it is: all of the lab's speak plain HTTP.

    The target's nodes pull their system images from `addons.cce.lab`, which is the source registry by its address. They
    have no login for the registries by name: what the estate runs there must come from SWR, with a pull secret.
    """
    places = {
        addresses.SOURCE_REGISTRY_HOST: addresses.SOURCE_REGISTRY_HOST,
        addresses.SWR_HOST: addresses.SWR_HOST,
    }
    if settings.name == "target":
        places[settings.system_images] = addresses.SOURCE_REGISTRY
    for host, place in places.items():
        folder = node.run / "registries" / host
        folder.mkdir(parents=True, exist_ok=True)
        text = f'server = "http://{place}"\n[host."http://{place}"]\ncapabilities = ["pull", "resolve"]\n'
        _write(folder / "hosts.toml", text)


def _cni(settings: ClusterSettings, node: NodeSettings) -> dict[str, Any]:
    ipam = {
        "type": "host-local",
        "ranges": [[{"subnet": settings.addresses.pods_of(node.machine)}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": str(machine_data(node.machine) / "pod-addresses"),
    }
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True, "ipam": ipam}
    return {
        "cniVersion": "0.4.0",
        "name": "lab",
        "plugins": [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}],
    }


def _kubelet(settings: ClusterSettings, node: NodeSettings) -> dict[str, Any]:
    serving = settings.certificate(f"{node.name}-server")
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(settings.authority.certificate)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(serving.certificate),
        "tlsPrivateKeyFile": str(serving.key),
        "containerRuntimeEndpoint": f"unix://{node.containerd_socket}",
        "cgroupDriver": "cgroupfs",
        # its own root: a kubelet kills every pod under its root that it does not know
        "cgroupRoot": node.cgroup,
        "enforceNodeAllocatable": [],
        "systemReserved": reserved(node),
        "failSwapOn": False,
        "clusterDNS": [settings.dns_service],
        "clusterDomain": "cluster.local",
        "resolvConf": str(paths.RESOLV_CONF),
        "maxPods": 200,
        "registerNode": True,
        "registerWithTaints": list(node.taints),
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi"},
        "localStorageCapacityIsolation": False,
        "serializeImagePulls": False,
        "syncFrequency": "10s",
        "nodeStatusUpdateFrequency": "5s",
        "registryPullQPS": 0,
        "shutdownGracePeriod": "0s",
    }


def reserved(node: NodeSettings) -> dict[str, str]:
    """Return what is kept from a node's pods, so that they get what its flavor has of this machine."""
    if node.millicores is None or node.memory_mib is None:
        return {}
    millicores, memory_mib = machine_size()
    return {
        "cpu": f"{millicores - node.millicores}m",
        "memory": f"{memory_mib - node.memory_mib}Mi",
    }


def machine_size() -> tuple[int, int]:
    """Return the millicores and MiB of this machine."""
    line = next(
        line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")
    )
    return (os.cpu_count() or 1) * 1000, int(line.split()[1]) // _MIB_A_KIB


def _kube_proxy(settings: ClusterSettings) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(settings.component_kubeconfig("kube-proxy"))},
        "clusterCIDR": settings.addresses.pods,
        "mode": "iptables",
        # conntrack's limits are the machine's, not the namespace's: leave them alone
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "iptables": {"minSyncPeriod": "200ms", "syncPeriod": "30s"},
    }


def _write(path: Path, text: str) -> None:
    # only what changed: kube-proxy ends when its file is written, whatever is in it
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
