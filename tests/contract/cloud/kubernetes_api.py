"""An API server of a cluster that is ordered: the few paths that CCE asks, over real TLS."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab.cloud.backends.cluster import AskedCluster
from lab.cloud.cce_backend import NodeWish
from lab.clusters.certificates import Authority
from lab.clusters.kubeconfig import write_kubeconfig

_MADE = "2026-11-24T10:00:00Z"
_MOST_NODES = 3


def _node(name: str, wish: NodeWish, number: int) -> dict[str, Any]:
    labels = {"topology.kubernetes.io/zone": wish.zone, "node.kubernetes.io/instance-type": wish.flavor}
    return {
        "metadata": {
            "name": name,
            "uid": f"7d0a3c9e-9f0e-4d3c-8e38-0a7c1f6c000{number}",
            "creationTimestamp": _MADE,
            "labels": labels | {"kubernetes.io/arch": "amd64"} | dict(wish.labels),
        },
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "addresses": [{"type": "InternalIP", "address": f"198.18.2.1{number}"}],
            "capacity": {"ephemeral-storage": "104857600Ki"},
            "nodeInfo": {"osImage": "Debian GNU/Linux 12 (bookworm)", "systemUUID": "abc"},
        },
    }


def _deployment(name: str, ready: int) -> dict[str, Any]:
    image = f"registry.source.lab/{name}:v1.2.3"
    return {
        "metadata": {"name": name, "uid": f"7d0a3c9e-{name}", "creationTimestamp": _MADE},
        "spec": {"template": {"spec": {"containers": [{"image": image}]}}},
        "status": {"availableReplicas": ready},
    }


_PATHS: dict[str, Any] = {
    "/apis/apps/v1/namespaces/kube-system/deployments": {
        "items": [_deployment("coredns", 1), _deployment("volume-provisioner", 0), _deployment("other", 1)]
    },
}


class OrderedCluster(AskedCluster):
    """The cluster behind CCE: there when it was ordered and started, with the nodes that were ordered.

    What `breaks` is set to is raised by the next start.
    """

    def __init__(self, kubeconfig: Path) -> None:
        super().__init__(kubeconfig)
        self.is_ordered = self.is_started = False
        self.breaks: Exception | None = None
        self.ordered: dict[str, NodeWish] = {}
        self.running: dict[str, NodeWish] = {}

    def version(self) -> str:
        return "v1.34"

    def is_available(self) -> bool:
        return self.is_started and super().is_available()

    def may_use(self, pods: str, services: str) -> bool:
        return "198.19." in pods and "198.19." in services

    def order(self, pods: str, services: str) -> None:
        self.is_ordered = True

    def has_flavor(self, name: str) -> bool:
        return name in {"s3.large.2", "s3.large.4"}

    def free_nodes(self) -> int:
        return _MOST_NODES - len(self.ordered)

    def order_nodes(self, wishes: list[NodeWish]) -> list[str]:
        free = [f"target-node-{number}" for number in range(1, _MOST_NODES + 1)]
        names = [name for name in free if name not in self.ordered][: len(wishes)]
        self.ordered |= dict(zip(names, wishes, strict=True))
        return names

    def start(self) -> None:
        if self.breaks is not None:
            error, self.breaks = self.breaks, None
            raise error
        self.is_started = True
        self.running = dict(self.ordered)

    def remove_nodes(self, names: list[str]) -> None:
        for name in names:
            self.ordered.pop(name, None)
            self.running.pop(name, None)

    def remove(self) -> None:
        self.is_ordered = self.is_started = False
        self.ordered, self.running = {}, {}


class _Handler(BaseHTTPRequestHandler):
    cluster: OrderedCluster

    def do_GET(self) -> None:
        text = "ok" if self.path == "/readyz" else json.dumps(self._document())
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/readyz" else "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def _document(self) -> Any:
        if self.path != "/api/v1/nodes":
            return _PATHS[self.path]
        running = self.cluster.running
        return {"items": [_node(name, wish, number) for number, (name, wish) in enumerate(running.items())]}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Generator[OrderedCluster]:
    """Give a cluster that answers once it is ordered; it wants the certificate of its administrator, as a real one does."""
    authority = Authority(folder / "pki", "test.lab")
    server = authority.issue("server", "kube-apiserver", addresses=("127.0.0.1",))
    admin = authority.issue("admin", "lab-admin", "system:masters")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.pair.certificate))
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    cluster = OrderedCluster(folder / "target.kubeconfig")
    handler = type("Handler", (_Handler,), {"cluster": cluster})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listener:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        thread = threading.Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        write_kubeconfig(
            folder / "target.kubeconfig",
            cluster="target",
            server=f"https://127.0.0.1:{listener.server_address[1]}",
            authority=authority.pair.certificate,
            user="admin",
            pair=admin,
        )
        try:
            yield cluster
        finally:
            listener.shutdown()
            thread.join()
