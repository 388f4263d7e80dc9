"""Airflow's API server alone: its own database, the project's DAGs and plugin, and no scheduler that would run anything."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conftest import ROOT

USERS = {"admin": "admin", "vera": "viewer"}
PASSWORD = "only-for-this-test"
SECONDS_TO_START = 240.0


@dataclass(frozen=True)
class AirflowServer:
    """Be a running server and the ledgers that its pages show."""

    address: str
    home: Path
    ledgers: Path

    def add_run(self, run_id: str, state: str, *, dag_id: str = "migrate_to_cce") -> None:
        """Trigger a run, and have it be in a state, as a scheduler would after a while."""
        trigger = {"dag_run_id": run_id, "logical_date": None, "conf": {"definition": "lab"}}
        with self.client() as client:
            client.post(f"/api/v2/dags/{dag_id}/dagRuns", json=trigger).raise_for_status()
        with closing(sqlite3.connect(self.home / "airflow.db", timeout=30)) as database, database:
            change = "update dag_run set state = ?, start_date = queued_at where run_id = ?"
            database.execute(change, (state, run_id))

    def client(self) -> httpx.Client:
        """Return a client that has logged in as who may do everything."""
        login = {"username": "admin", "password": PASSWORD}
        token = httpx.post(f"{self.address}/auth/token", json=login, timeout=60).json()["access_token"]
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


@contextmanager
def airflow_server(folder: Path) -> Generator[AirflowServer]:
    """Start the server in a new folder, and stop it."""
    home, ledgers = folder / "airflow", folder / "ledgers"
    home.mkdir()
    ledgers.mkdir()
    environment = _environment(home, ledgers)
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        _airflow(command, environment)
    port = _free_port()
    with (home / "api-server.log").open("wb") as log:
        command = [sys.executable, "-m", "airflow", "api-server", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        made = AirflowServer(f"http://127.0.0.1:{port}", home, ledgers)
        _await(made, server)
        yield made
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)


def _environment(home: Path, ledgers: Path) -> dict[str, str]:
    (home / "passwords.json").write_text(json.dumps(dict.fromkeys(USERS, PASSWORD)))
    known = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return known | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
            f"{name}:{role}" for name, role in USERS.items()
        ),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "CCE_MIGRATION_LEDGER_ROOT": f"file://{ledgers}",
        "PYTHONPATH": os.pathsep.join(str(path) for path in (ROOT, ROOT / "plugins", ROOT / "dags")),
    }


def _airflow(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *command], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await(server: AirflowServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert process.poll() is None, (server.home / "api-server.log").read_text()[-2000:]
        try:
            if httpx.get(f"{server.address}/api/v2/version", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError(f"Airflow did not start in {SECONDS_TO_START:.0f} s")
