"""What is behind ELB's listeners: sockets at the load balancers' addresses that forward to members.

Of HTTP each request is forwarded anew, of TCP each connection stays with its member, as with the real ones.
"""

from __future__ import annotations

import http.client
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Place = tuple[str, int]
Choose = Callable[[], Place | None]

_SECONDS = 60
_CONNECT_SECONDS = 3
_CHUNK = 65536
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
# of one connection alone (RFC 9110, 7.6.1)
_HOP = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "upgrade",
    "proxy-connection",
    "content-length",
}


class Fronts:
    """The listeners that run; `place` makes a load balancer's address one that can be listened at."""

    def __init__(self, place: Callable[[str], str]) -> None:
        self.closed = threading.Event()
        self._place = place
        self._servers: dict[str, _HttpFront | _TcpFront] = {}

    def open(self, key: str, protocol: str, address: str, port: int, choose: Choose) -> None:
        """Listen, and lead who comes to what `choose` says.

        Raises:
            OSError: something else listens there.
        """
        place = self._place(address), port
        server: _HttpFront | _TcpFront = (
            _HttpFront(place, choose) if protocol == "HTTP" else _TcpFront(place, choose)
        )
        self._servers[key] = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self, key: str) -> None:
        """End a listener, if it listens."""
        server = self._servers.pop(key, None)
        if server is not None:
            server.shutdown()
            server.server_close()

    def close_all(self) -> None:
        """End all listeners, and whatever looks after them."""
        self.closed.set()
        for key in list(self._servers):
            self.close(key)
        self.closed = threading.Event()


class _HttpFront(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, place: Place, choose: Choose) -> None:
        self.choose = choose
        super().__init__(place, _HttpHandler)


class _HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # head and body go out apart: the second would wait for the client's acknowledgement of the first
    disable_nagle_algorithm = True
    server: _HttpFront

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        member = self.server.choose()
        if member is None:
            self._answer(503, [], b"")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        headers["X-Forwarded-For"] = self.client_address[0]
        if body:
            headers["Content-Length"] = str(len(body))
        connection = http.client.HTTPConnection(*member, timeout=_SECONDS)
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            self._answer(answer.status, answer.getheaders(), answer.read())
        except TimeoutError:
            self._answer(504, [], b"")
        except (OSError, http.client.HTTPException):
            self._answer(502, [], b"")
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write nothing: there are hundreds a second."""


for _method in _METHODS:
    setattr(_HttpHandler, f"do_{_method}", _HttpHandler._forward)


class _TcpFront(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, place: Place, choose: Choose) -> None:
        self.choose = choose
        super().__init__(place, _TcpHandler)


class _TcpHandler(socketserver.BaseRequestHandler):
    server: _TcpFront

    def handle(self) -> None:
        """Lead a connection to one member until either side ends it."""
        member = self.server.choose()
        if member is None:
            return
        try:
            other = socket.create_connection(member, timeout=_CONNECT_SECONDS)
        except OSError:
            return
        other.settimeout(None)
        with other:
            back = threading.Thread(target=_pump, args=(other, self.request), daemon=True)
            back.start()
            _pump(self.request, other)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until one side ends, and pass the end on."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except OSError:
        pass
    finally:
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
