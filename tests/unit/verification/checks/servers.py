"""Small servers on the loopback: a shop that answers over HTTP, and one that greets over TCP."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Shop:
    """Be one side: `document` is what /products/1 answers; every request is kept as (method, path, headers, body)."""

    document: Any = field(default_factory=lambda: {"id": 1, "price": "9.90", "tags": ["a", "b"]})
    seconds: float = 0.0
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    address: str = ""

    def methods(self) -> set[str]:
        return {method for method, *_ in self.requests}


@contextmanager
def serving(shop: Shop) -> Generator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            shop.requests.append((self.command, self.path, dict(self.headers), body))
            time.sleep(shop.seconds)
            status, text = answer_of(shop, self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = answer  # ruff: ignore[mixed-case-variable-in-class-scope]

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    shop.address = f"127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()


def answer_of(shop: Shop, path: str) -> tuple[int, bytes]:
    if path == "/products/1":
        return 200, json.dumps(shop.document).encode()
    return (200, b"<h1>Shop</h1>") if path == "/" else (404, b"nothing here")


@contextmanager
def greeting(text: bytes) -> Generator[int]:
    """Greet everybody who connects; yield the port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(text)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
