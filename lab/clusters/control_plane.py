"""The programs of a cluster's control plane: etcd, API server, controller manager, scheduler."""

from __future__ import annotations

from lab import paths
from lab.clusters.settings import FRONT_PROXY, ClusterSettings
from lab.parts import Program


def control_plane_programs(settings: ClusterSettings) -> list[Program]:
    """Return the control plane's programs, all in the network namespace of the first machine."""
    return [
        _program(settings, "etcd", _etcd(settings)),
        _program(settings, "kube-apiserver", _api_server(settings)),
        _program(settings, "kube-controller-manager", _controller_manager(settings)),
        _program(settings, "kube-scheduler", _scheduler(settings)),
    ]


def _program(settings: ClusterSettings, binary: str, flags: dict[str, str]) -> Program:
    return Program(
        name=f"{settings.name}-{binary}",
        command=[str(paths.BIN / binary), *(f"--{name}={value}" for name, value in flags.items())],
        netns=settings.addresses.master.netns,
    )


def _etcd(settings: ClusterSettings) -> dict[str, str]:
    return {
        "name": settings.name,
        "data-dir": str(settings.data / "etcd"),
        "listen-client-urls": "http://127.0.0.1:2379",
        "advertise-client-urls": "http://127.0.0.1:2379",
        "listen-peer-urls": "http://127.0.0.1:2380",
        # the lab's data is thrown away with it: an fsync per write would only slow both clusters down
        "unsafe-no-fsync": "true",
        "logger": "zap",
        "log-level": "warn",
    }


def _api_server(settings: ClusterSettings) -> dict[str, str]:
    serving = settings.certificate("api-server")
    kubelet_client = settings.certificate("api-server-kubelet-client")
    front_proxy = settings.certificate("front-proxy")
    return {
        "advertise-address": settings.addresses.master.address,
        "bind-address": "0.0.0.0",
        "secure-port": str(settings.addresses.api_port),
        "etcd-servers": "http://127.0.0.1:2379",
        "service-cluster-ip-range": settings.addresses.services,
        "allow-privileged": "true",
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "client-ca-file": str(settings.authority.certificate),
        "tls-cert-file": str(serving.certificate),
        "tls-private-key-file": str(serving.key),
        "kubelet-client-certificate": str(kubelet_client.certificate),
        "kubelet-client-key": str(kubelet_client.key),
        "kubelet-certificate-authority": str(settings.authority.certificate),
        # how it calls the APIs that other servers add to it, and they know it by
        "proxy-client-cert-file": str(front_proxy.certificate),
        "proxy-client-key-file": str(front_proxy.key),
        "requestheader-client-ca-file": str(settings.authority.certificate),
        "requestheader-allowed-names": FRONT_PROXY,
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        # else logs and exec look up the node's name, which no DNS knows
        "kubelet-preferred-address-types": "InternalIP",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": str(settings.signing_key),
        "service-account-signing-key-file": str(settings.signing_key),
        "profiling": "false",
    }


def _controller_manager(settings: ClusterSettings) -> dict[str, str]:
    kubeconfig = str(settings.component_kubeconfig("controller-manager"))
    return {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": "127.0.0.1",
        "leader-elect": "false",
        "use-service-account-credentials": "true",
        "root-ca-file": str(settings.authority.certificate),
        "service-account-private-key-file": str(settings.signing_key),
        "cluster-signing-cert-file": str(settings.authority.certificate),
        "cluster-signing-key-file": str(settings.authority.key),
        "allocate-node-cidrs": "false",
        "profiling": "false",
    }


def _scheduler(settings: ClusterSettings) -> dict[str, str]:
    kubeconfig = str(settings.component_kubeconfig("scheduler"))
    return {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": "127.0.0.1",
        "leader-elect": "false",
        "profiling": "false",
    }
