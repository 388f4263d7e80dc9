"""Airflow alone: API server, scheduler and DAG processor over PostgreSQL, with people of every role."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from include.connections import DatabaseAccess
from tests.conftest import ROOT

PEOPLE = {"olga": "user", "anna": "user", "vera": "viewer"}
PROGRAMS = ("api-server", "scheduler", "dag-processor")
START_SECONDS = 240.0
RUN_SECONDS = 240.0


@dataclass
class Airflow:
    """Ask the REST API as one of the people."""

    url: str
    home: Path
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def call(self, user: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Return the answer to one request."""
        headers = {"Authorization": f"Bearer {self._token(user)}"}
        with httpx.Client(timeout=60, trust_env=False) as client:
            return client.request(method, f"{self.url}/api/v2{path}", headers=headers, json=body)

    def trigger(self, user: str, dag_id: str, run_id: str, **conf: Any) -> httpx.Response:
        """Trigger a run."""
        body = {"logical_date": None, "dag_run_id": run_id, "conf": conf}
        return self.call(user, "POST", f"/dags/{dag_id}/dagRuns", body)

    def await_state(self, dag_id: str, run_id: str, task: str, *states: str) -> dict[str, Any]:
        """Return a task's instance once it has one of these states."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task}"
        return await_that(
            lambda: self.call("olga", "GET", path).json(), lambda found: found.get("state") in states
        )

    def await_question(self, dag_id: str, run_id: str, task: str) -> None:
        """Return once a task waits for its answer, and the scheduler knows that the process which has asked is over.

        A quicker answer than that is asked for again (apache/airflow#72716).
        """
        self.await_state(dag_id, run_id, task, "awaiting_input")
        key = f"TaskInstanceKey(dag_id='{dag_id}', task_id='{task}', run_id='{run_id}'"
        await_that(
            (self.home / "scheduler.log").read_text,
            lambda log: f"Received executor event with state success for task instance {key}" in log,
        )

    def log(self, dag_id: str, run_id: str, task: str) -> str:
        """Return the log of a task's last try."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task}"
        number = self.call("olga", "GET", path).json()["try_number"]
        return self.call("olga", "GET", f"{path}/logs/{number}?full_content=true").text

    def password(self, user: str) -> str:
        """Return a person's password."""
        return f"{user}-of-the-tests"

    def _token(self, user: str) -> str:
        if user not in self.tokens:
            login = {"username": user, "password": self.password(user)}
            answer = httpx.post(f"{self.url}/auth/token", json=login, timeout=60, trust_env=False)
            self.tokens[user] = answer.json()["access_token"]
        return self.tokens[user]


def await_that(look: Callable[[], Any], is_good: Callable[[Any], bool], seconds: float = RUN_SECONDS) -> Any:
    """Return what is seen once it is good."""
    ends = time.monotonic() + seconds
    while True:
        try:
            seen = look()
        except (httpx.HTTPError, ValueError) as error:
            seen = error
        if not isinstance(seen, Exception) and is_good(seen):
            return seen
        assert time.monotonic() < ends, seen
        time.sleep(0.5)


@contextmanager
def airflow_alone(home: Path, database: DatabaseAccess) -> Generator[Airflow]:
    """Start Airflow with its metadata in a database, and end it with the block."""
    variables = _variables(home) | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _url(database)}
    _run(["airflow", "db", "migrate"], variables, home)
    running = [_start(name, variables, home) for name in PROGRAMS]
    try:
        server = Airflow(variables["AIRFLOW__API__BASE_URL"], home)
        dags = {path.stem for path in (home / "dags").glob("*.py")}
        await_that(lambda: _known(server), lambda known: dags <= known, START_SECONDS)
        yield server
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _url(database: DatabaseAccess) -> str:
    login = f"{database.user}:{quote(database.password, safe='')}"
    return f"postgresql+psycopg2://{login}@{database.host}:{database.port}/postgres"


def _known(server: Airflow) -> set[str]:
    return {one["dag_id"] for one in server.call("olga", "GET", "/dags").json()["dags"]}


def _variables(home: Path) -> dict[str, str]:
    folder = home / "dags"
    folder.mkdir()
    shutil.copy(Path(__file__).parent / "ask_people.py", folder)
    shutil.copy(ROOT / "dags" / "migrate_to_cce.py", folder)
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps({name: f"{name}-of-the-tests" for name in PEOPLE}))
    url = f"http://127.0.0.1:{_free_port()}"
    known = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return known | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": url.rpartition(":")[2],
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(":".join(one) for one in PEOPLE.items()),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(_free_port()),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "CCE_MIGRATION_LEDGER_ROOT": f"file://{home / 'ledger'}",
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("", "plugins", "dags")),
    }


def _start(name: str, variables: dict[str, str], home: Path) -> subprocess.Popen[bytes]:
    with (home / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            _command(["airflow", name]),
            env=variables,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
        )


def _run(command: list[str], variables: dict[str, str], home: Path) -> None:
    done = subprocess.run(_command(command), env=variables, capture_output=True, text=True, cwd=home)
    assert done.returncode == 0, done.stderr[-2000:]


def _command(command: list[str]) -> list[str]:
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
