"""The fence is proved by requests that would be answered if anything were there to answer."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from include.retirement import fencing
from include.retirement.fencing import ask_source
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(
            200 if self.path == "/shop/" and self.headers["Host"].startswith("shop.lab") else 404
        )
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def https_port(tmp_path: Path) -> Iterator[int]:
    import subprocess

    pem = tmp_path / "server.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=nobody",
            "-keyout",
            pem,
            "-out",
            pem,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def run_of(folder: Path, url: str, *addresses: str) -> MigrationRun:
    made = lab_run(
        folder,
        definition=definition(
            lambda document: document["front_door"]["probe"].update(url=url, read={"path": "/"})
        ),
    )
    balancer = {"loadBalancer": {"ingress": [{"ip": address} for address in addresses]}}
    made.__dict__["source"] = MemoryCluster("source", make("v1", "Service", "web", status=balancer))
    return made


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "SECONDS_BETWEEN", 0.0)


def test_a_source_that_still_serves_https_is_noticed_whatever_its_certificate(
    tmp_path: Path, https_port: int
) -> None:
    run = run_of(tmp_path, f"https://shop.lab:{https_port}/shop", "127.0.0.1")

    assert ask_source(run) == (10, 10)


def test_a_source_that_is_gone_answers_nothing(tmp_path: Path) -> None:
    assert ask_source(run_of(tmp_path, "https://shop.lab:9", "127.0.0.1")) == (10, 0)


def test_requests_that_were_not_sent_are_not_claimed(tmp_path: Path) -> None:
    assert ask_source(run_of(tmp_path, "https://shop.lab")) == (0, 0)
