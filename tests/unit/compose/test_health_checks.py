"""The health checks of Airflow's parts do what they are for, tried on a server that answers as Airflow does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.unit.compose.files import AIRFLOW_SERVICES

ADDRESS = "http://airflow-apiserver:8080"
ASKING = {
    name: service["healthcheck"]["test"][2:]
    for name, service in AIRFLOW_SERVICES.items()
    if service.get("healthcheck", {"test": []})["test"][:2] == ["CMD", "python"]
}


@contextmanager
def airflow_that_answers(answer: object) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_check(service: str, address: str) -> int:
    _, code, component = ASKING[service]
    assert ADDRESS in code
    command = [sys.executable, "-I", "-c", code.replace(ADDRESS, address), component]
    return subprocess.run(command, capture_output=True, env={}, timeout=30).returncode


def test_every_part_but_the_worker_asks_for_its_own_health() -> None:
    from airflow.api_fastapi.core_api.datamodels.monitor import HealthInfoResponse

    assert set(ASKING) == set(AIRFLOW_SERVICES) - {"airflow-init", "airflow-worker"}
    components = {command[2] for command in ASKING.values()}
    assert components == set(HealthInfoResponse.model_fields)
    assert len(components) == len(ASKING)


@pytest.mark.parametrize("service", ASKING)
@pytest.mark.parametrize(
    ("status", "code"),
    [("healthy", 0), ("unhealthy", 1), (None, 1)],
    ids=["healthy", "unhealthy", "never seen"],
)
def test_a_part_is_healthy_when_airflow_says_so(service: str, status: str | None, code: int) -> None:
    with airflow_that_answers({ASKING[service][2]: {"status": status}}) as address:
        assert run_check(service, address) == code


@pytest.mark.parametrize("service", ASKING)
def test_a_part_is_not_healthy_when_nobody_answers(service: str) -> None:
    assert run_check(service, "http://127.0.0.1:9") == 1


def test_the_worker_answers_for_itself() -> None:
    kind, command = AIRFLOW_SERVICES["airflow-worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert "celery inspect ping" in command
    assert '--destination "celery@$$HOSTNAME"' in command
    # The broker's password is in its address.
    assert "--broker" not in command
