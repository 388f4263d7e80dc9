"""A control plane on the loopback that checks every signature by the published rules, then answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from include.cloud.documents import CONNECTION_TYPE

ACCESS_KEY, SECRET_KEY, PROJECT = "AKTEST", "SKTEST-of-the-tests", "0123456789abcdef"
SERVICES = ("cce", "ecs", "vpc", "swr", "rds", "dns", "elb", "iam", "drs", "oms", "registry")


@dataclass
class Answer:
    """Say what is sent back; `body` as JSON unless it is text. `delay` in seconds, `hangs_up` sends nothing at all."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hangs_up: bool = False


@dataclass
class Request:
    """Keep what came in."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


class CloudServer(ThreadingHTTPServer):
    """Give `answers` one after the other, then empty ones."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        self.answers: list[Answer] = []
        self.requests: list[Request] = []
        self.clock_offset = timedelta()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def document(
        self, *, login: str = ACCESS_KEY, password: str = SECRET_KEY, **extra: Any
    ) -> dict[str, Any]:
        """Return an Airflow connection to this server."""
        return {
            "conn_type": CONNECTION_TYPE,
            "login": login,
            "password": password,
            "extra": {
                "cloud": "otc",
                "region": "eu-de",
                "project_id": PROJECT,
                "endpoints": dict.fromkeys(SERVICES, self.url),
                **extra,
            },
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients that give up are what some tests are about."""


@contextmanager
def cloud_server(context: ssl.SSLContext | None = None) -> Generator[CloudServer]:
    """Serve until the end of the block, with TLS when there is a context."""
    server = CloudServer()
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: CloudServer
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        request = Request(
            self.command,
            url.path,
            parse_qsl(url.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        self.server.requests.append(request)
        wrong = _wrong_signature(request, datetime.now(UTC) + self.server.clock_offset)
        if wrong:
            self._send(
                Answer(
                    401,
                    {
                        "error_msg": f"Incorrect IAM authentication information: {wrong}",
                        "error_code": "APIGW.0301",
                    },
                )
            )
        else:
            self._send(self.server.answers.pop(0) if self.server.answers else Answer())

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _send(self, answer: Answer) -> None:
        if answer.delay:
            time.sleep(answer.delay)
        if answer.hangs_up:
            self.close_connection = True
            self.connection.close()
            return
        content = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "X-Request-Id": "request-1"} | answer.headers
        for name, value in (headers | {"Content-Length": str(len(content.encode()))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output clean."""


def _wrong_signature(request: Request, now: datetime) -> str:
    """Return what is wrong with a request, in the gateway's words; empty when nothing is."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme != "SDK-HMAC-SHA256":
        return "x-auth-token not found"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    if parts["Access"] != ACCESS_KEY:
        return f"Get secretKey failed,ak:{parts['Access']},err:ak not exist"
    stamp = request.headers["x-sdk-date"]
    signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(now - signed_at) > timedelta(minutes=15):
        return f"signature expired, signature time:{stamp},server time:{now:%Y%m%dT%H%M%SZ}"
    if not hmac.compare_digest(parts["Signature"], _signature(request, parts["SignedHeaders"], stamp)):
        return "verify aksk signature fail"
    return ""


def _signature(request: Request, signed_headers: str, stamp: str) -> str:
    path = "/".join(quote(unquote(part), safe="~") for part in request.path.split("/"))
    canonical = [
        request.method,
        path if path.endswith("/") else f"{path}/",
        "&".join(sorted(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in request.query)),
        *(f"{name}:{request.headers[name].strip()}" for name in signed_headers.split(";")),
        "",
        signed_headers,
        hashlib.sha256(request.body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    to_sign = f"SDK-HMAC-SHA256\n{stamp}\n{digest}"
    return hmac.new(SECRET_KEY.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
