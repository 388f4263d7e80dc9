"""The part `airflow`: four supervised programs, their tables in the lab's own PostgreSQL, the UI on the loopback."""

from __future__ import annotations

import json
import os
import sys

from lab import paths
from lab.airflow import places
from lab.airflow.database import make_tables
from lab.airflow.health import is_healthy, stuck_programs, unread_files
from lab.airflow.launch import ARGUMENTS
from lab.airflow.rest import RestClient
from lab.airflow.settings import environment
from lab.parts import Program
from lab.secrets import secrets
from lab.supervision import supervisor

# A scheduler that is told to stop waits for its running tasks; after this long they are started again elsewhere.
_STOP_SECONDS = 20


class Airflow:
    """Scheduler, DAG processor, API server and triggerer."""

    name = "airflow"
    depends_on: tuple[str, ...] = ("lab-postgres",)

    @property
    def address(self) -> str:
        """Return the UI's address."""
        return places.url()

    def prepare(self) -> None:
        """Write the login, choose the port, make the tables, and restart what runs but works no more."""
        for folder in (places.HOME, places.LOGS, places.run_folder()):
            folder.mkdir(parents=True, exist_ok=True)
        _write_passwords()
        states = supervisor.states()
        places.keep_port(is_ours=states.get("airflow-api-server") in {"RUNNING", "STARTING"})
        make_tables()
        stuck = [name for name in stuck_programs() if name in states]
        if stuck:
            supervisor.restart(stuck)

    def programs(self) -> list[Program]:
        """Return the four programs; those that need the API server get their answers once it is there."""
        return [
            Program(
                name=f"airflow-{name}",
                command=[sys.executable, "-m", "lab.airflow.launch", name],
                environment=environment(),
                # definitions may be named relative to the project
                directory=str(paths.ROOT),
                stop_seconds=_STOP_SECONDS,
            )
            for name in ARGUMENTS
        ]

    def is_ready(self) -> bool:
        """Say whether all programs are healthy and every DAG file was read."""
        with RestClient() as client:
            if not is_healthy(client.health()):
                return False
            unread = unread_files(client)
        if unread:
            raise RuntimeError(f"not read yet: {', '.join(unread)}")
        return True

    def finish(self) -> None:
        """Do nothing more: DAGs stay paused until somebody wants them."""


def _write_passwords() -> None:
    text = json.dumps({places.USER: secrets()["airflow_password"]}) + "\n"
    descriptor = os.open(places.passwords_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
