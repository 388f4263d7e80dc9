"""A small web server that says its name: a side of a migration behind a listener."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .servers import HOST


class Answering(ThreadingHTTPServer):
    """Answer every GET with the name, every POST with what was taken."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str) -> None:
        super().__init__((HOST, 0), _Handler)
        self.name = name
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.was_asked = threading.Event()

    @property
    def place(self) -> tuple[str, int]:
        return HOST, int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Answering

    def do_GET(self) -> None:
        if self.path == "/":
            self.server.was_asked.set()
        self.server.may_answer.wait(30)
        self._say(self.server.name)

    def do_POST(self) -> None:
        taken = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(f"{self.server.name} took {taken}")

    def _say(self, text: str) -> None:
        body = text.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def answering(name: str) -> Generator[Answering]:
    server = Answering(name)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
