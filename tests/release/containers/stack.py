"""The stack of docker-compose.yaml in a folder of its own, started as docs/docker-compose.md tells a person to."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from lab import addresses, paths
from lab.airflow.rest import Login

from .engine import ContainerEngine

FOLDERS = ("dags", "plugins", "include", "migrations")
FILES = (
    ".dockerignore",
    ".env.example",
    "Dockerfile",
    "Makefile",
    "docker-compose.yaml",
    "requirements.txt",
    "lab/binaries/tools/go.mod",
    "lab/binaries/tools/go.sum",
    "lab/binaries/velero/go.mod",
    "lab/binaries/velero/go.sum",
)
WORKER = "airflow-worker"
PORT = 8280
ADDRESS = f"http://127.0.0.1:{PORT}"
LEDGER = "/opt/airflow/ledger"
# in a volume that all workers share
LINEAGE = "/opt/airflow/logs/lineage.jsonl"

Container = dict[str, Any]


class Stack:
    """Be somebody with a checkout and Docker.

    :param folder: for the checkout; has the name that Compose shows.
    """

    def __init__(self, engine: ContainerEngine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def check_out(self) -> None:
        """Lay the checkout, and write the secrets by `make env`."""
        no_cache = shutil.ignore_patterns("__pycache__")
        for name in FOLDERS:
            shutil.copytree(paths.ROOT / name, self._folder / name, ignore=no_cache)
        for name in FILES:
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, self._folder / name)
        subprocess.run(["make", "--silent", "env"], cwd=self._folder, check=True)
        with (self._folder / ".env").open("a") as file:
            file.write(f"AIRFLOW_PORT={PORT}\nAIRFLOW_URL=http://localhost:{PORT}\n")

    def connect_to_lab(self, statsd_port: int) -> None:
        """Give the workers the lab's connections, and what is of the lab alone, in the files that a person gives them in."""
        shutil.copy(paths.CONNECTIONS_ENV, self._folder / "connections.env")
        override = {"services": {WORKER: _in_the_lab(statsd_port)}}
        (self._folder / "docker-compose.override.yaml").write_text(json.dumps(override))

    def compose(self, *arguments: str, given: str = "", seconds: float = 600) -> str:
        """Run `docker compose` in the checkout."""
        return self._engine.docker("compose", *arguments, folder=self._folder, given=given, seconds=seconds)

    def airflow(self, *arguments: str, given: str = "") -> str:
        """Run Airflow's command line in the container of its API server."""
        return self.compose("exec", "-T", "airflow-apiserver", "airflow", *arguments, given=given)

    def build(self) -> None:
        """Build the image; nothing is downloaded for what was built before."""
        self.compose("build", "--quiet", seconds=2400)

    def up(self, workers: int = 1) -> None:
        """Start what does not run, and return once every service is healthy."""
        self.compose("up", "--detach", "--scale", f"{WORKER}={workers}", seconds=900)
        ends = time.monotonic() + 300
        while unhealthy := self._unhealthy():
            assert time.monotonic() < ends, f"not healthy after 300 s: {unhealthy}\n{self.logs()}"
            time.sleep(2)

    def containers(self, service: str | None = None) -> list[Container]:
        """Return what Compose says of each container, those that have ended too."""
        shown = self.compose("ps", "--all", "--no-trunc", "--format", "json", *([service] if service else []))
        return [json.loads(line) for line in shown.splitlines() if line]

    def kill(self, hostname: str) -> None:
        """Kill the container of this host name without a word: the engine does not start it again by itself."""
        (victim,) = [one["ID"] for one in self.containers() if one["ID"].startswith(hostname)]
        self._engine.docker("kill", victim)

    def login(self) -> Login:
        """Return where Airflow is, and its first user."""
        values = dict(
            line.split("=", 1) for line in (self._folder / ".env").read_text().splitlines() if "=" in line
        )
        return Login(ADDRESS, "admin", values["ADMIN_PASSWORD"])

    def add_user(self, name: str, role: str) -> Login:
        """Make a user of a role."""
        password = secrets.token_urlsafe(16)
        names = (
            "--username",
            name,
            "--firstname",
            name,
            "--lastname",
            "Tester",
            "--email",
            f"{name}@example.invalid",
        )
        self.airflow("users", "create", "--role", role, *names, given=f"{password}\n{password}\n")
        return Login(ADDRESS, name, password)

    def lineage(self) -> list[dict[str, Any]]:
        """Return the events that the workers have sent to OpenLineage."""
        copy = self._folder / "lineage.jsonl"
        self.compose("cp", f"{WORKER}:{LINEAGE}", str(copy))
        return [json.loads(line) for line in copy.read_text().splitlines()]

    def ledger(self, migration: str, run_id: str) -> Path:
        """Return a copy of a run's ledger."""
        copy = self._folder / "ledger"
        self.compose("cp", f"{WORKER}:{LEDGER}", str(copy))
        return copy / migration / run_id

    def logs(self) -> str:
        """Return the last words of every container."""
        return self.compose("logs", "--no-color", "--tail", "15")

    def down(self) -> None:
        """Remove everything, the volumes too."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "30")

    def _unhealthy(self) -> dict[str, str]:
        states = {
            one["Name"]: one["Health"] or f"{one['State']} {one['ExitCode']}" for one in self.containers()
        }
        return {name: state for name, state in states.items() if state not in {"healthy", "exited 0"}}


def _in_the_lab(statsd_port: int) -> dict[str, Any]:
    """Return the settings of a worker: the DNS that knows the lab's names, and who is told what the worker does."""
    lineage = {"type": "file", "log_file_path": LINEAGE, "append": True}
    return {
        "dns": [addresses.DNS],
        "environment": {
            "AIRFLOW__METRICS__STATSD_ON": "true",
            "AIRFLOW__METRICS__STATSD_HOST": addresses.BRIDGE_ADDRESS,
            "AIRFLOW__METRICS__STATSD_PORT": str(statsd_port),
            "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "true",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(lineage),
        },
    }
