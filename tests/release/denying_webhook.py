"""A validating webhook that denies one ConfigMap of a namespace: a real HTTPS server that the target's API server asks."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from include.clusters import Cluster
from lab import addresses
from lab.clusters.certificates import Authority

NAME = "deny.faults.example"
WORDS = "settings need an owner"
PATH = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{NAME}"


@contextmanager
def denying_webhook(target: Cluster, namespace: str, name: str, folder: Path) -> Generator[None]:
    """Let the target deny the ConfigMap of this name for as long as the block lasts.

    :param folder: for the server's certificate.
    """
    authority = Authority(folder, "faults.example")
    pair = authority.issue("server", "webhook", addresses=(addresses.BRIDGE_ADDRESS,))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with ThreadingHTTPServer((addresses.BRIDGE_ADDRESS, 0), _handler(name)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            target.apply(_configuration(namespace, server.server_port, authority.pair.certificate))
            yield
        finally:
            target.delete(PATH)
            server.shutdown()


def _handler(denied: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(_answer(review, denied)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing of each request."""

    return Handler


def _answer(review: dict[str, Any], denied: str) -> dict[str, Any]:
    asked = review["request"]
    is_denied = asked["name"] == denied
    response = {"uid": asked["uid"], "allowed": not is_denied}
    if is_denied:
        response["status"] = {"message": WORDS}
    return {"apiVersion": review["apiVersion"], "kind": "AdmissionReview", "response": response}


def _configuration(namespace: str, port: int, certificate: Path) -> dict[str, Any]:
    bundle = base64.b64encode(certificate.read_bytes()).decode()
    webhook = {
        "name": NAME,
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": f"https://{addresses.BRIDGE_ADDRESS}:{port}/", "caBundle": bundle},
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["configmaps"],
            }
        ],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "timeoutSeconds": 5,
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [webhook],
    }
