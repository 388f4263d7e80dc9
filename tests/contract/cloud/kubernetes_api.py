"""An API server of a cluster with a node and two deployments: the few paths that CCE asks, over real TLS."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab.cloud.backends.cluster import Cluster
from lab.clusters.certificates import Authority
from lab.clusters.kubeconfig import write_kubeconfig

_MADE = "2026-11-24T10:00:00Z"
_NODE = {
    "metadata": {
        "name": "target-node-1",
        "uid": "7d0a3c9e-9f0e-4d3c-8e38-0a7c1f6c0001",
        "creationTimestamp": _MADE,
        "labels": {"topology.kubernetes.io/zone": "eu-de-01", "kubernetes.io/arch": "amd64"},
    },
    "status": {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "198.18.2.10"}],
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
    "/version": {"major": "1", "minor": "34"},
    "/api/v1/nodes": {"items": [_NODE]},
    "/apis/apps/v1/namespaces/kube-system/deployments": {
        "items": [_deployment("coredns", 1), _deployment("volume-provisioner", 0), _deployment("other", 1)]
    },
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = "ok" if self.path == "/readyz" else json.dumps(_PATHS[self.path])
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/readyz" else "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Generator[Cluster]:
    """Give a cluster that answers; it wants the certificate of its administrator, as a real one does."""
    authority = Authority(folder / "pki", "test.lab")
    server = authority.issue("server", "kube-apiserver", addresses=("127.0.0.1",))
    admin = authority.issue("admin", "lab-admin", "system:masters")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.pair.certificate))
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as listener:
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
        networks = {"pods": "198.19.128.0/18", "services": "198.19.192.0/18"}
        try:
            yield Cluster(folder / "target.kubeconfig", networks)
        finally:
            listener.shutdown()
            thread.join()
