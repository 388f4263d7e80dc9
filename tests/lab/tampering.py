"""Something between the migration and a cluster that changes the cluster's answers, and nothing in the cluster."""

from __future__ import annotations

import base64
import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Change = Callable[[str, dict[str, Any]], None]


@contextmanager
def tampered(kubeconfig: str, change: Change) -> Generator[str]:
    """Yield a kubeconfig whose server passes requests on and lets `change(path, answer)` alter the JSON it answers."""
    with _client(json.loads(kubeconfig)) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(client, change))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield _kubeconfig(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _client(config: dict[str, Any]) -> httpx.Client:
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cadata=_decoded(cluster["certificate-authority-data"]))
    with tempfile.NamedTemporaryFile("w") as pair:
        pair.write(_decoded(user["client-certificate-data"]) + _decoded(user["client-key-data"]))
        pair.flush()
        context.load_cert_chain(pair.name)
    return httpx.Client(base_url=cluster["server"], verify=context, trust_env=False)


def _handler(client: httpx.Client, change: Change) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
            answer = client.request(self.command, self.path, content=body, headers=kept)
            content = answer.content
            if "json" in answer.headers.get("Content-Type", ""):
                document = answer.json()
                change(self.path, document)
                content = json.dumps(document).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _kubeconfig(server: str) -> str:
    return json.dumps({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "t",
        "clusters": [{"name": "t", "cluster": {"server": server}}],
        "users": [{"name": "t", "user": {}}],
        "contexts": [{"name": "t", "context": {"cluster": "t", "user": "t"}}],
    })


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
