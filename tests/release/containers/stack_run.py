"""A DAG run in the stack, followed through Airflow's API as anybody could who has a login."""

from __future__ import annotations

import uuid
from typing import Any

from lab.airflow.rest import RestClient
from tests.lab.killing import wait_until

SECONDS_BETWEEN_LOOKS = 0.5

Instance = dict[str, Any]


class StackRun:
    """Trigger a run, and follow it.

    :param settings: what its form is filled with.
    """

    def __init__(self, client: RestClient, dag: str, settings: dict[str, Any]) -> None:
        self._client = client
        self.run_id = f"containers_{uuid.uuid4().hex[:8]}"
        self._path = f"/dags/{dag}/dagRuns/{self.run_id}"
        client.patch(f"/dags/{dag}", {"is_paused": False})
        document = {"dag_run_id": self.run_id, "logical_date": None, "conf": settings}
        client.post(f"/dags/{dag}/dagRuns", document)

    def state(self) -> str:
        """Return the run's state."""
        return str(self._client.get(self._path)["state"])

    def instances(self) -> list[Instance]:
        """Return all task instances."""
        return self._client.pages(f"{self._path}/taskInstances", "task_instances")

    def wait_for_task(self, tasks: frozenset[str], state: str, seconds: float) -> Instance:
        """Wait until one of these tasks is in a state, and return its instance."""
        found: list[Instance] = []

        def is_so() -> bool:
            assert not self._has_ended(), f"{self.run_id} ended before any of {sorted(tasks)} was {state}"
            found[:] = [one for one in self.instances() if one["task_id"] in tasks and one["state"] == state]
            return bool(found)

        wait_until(
            is_so, f"one of {sorted(tasks)} of {self.run_id} is {state}", seconds, SECONDS_BETWEEN_LOOKS
        )
        return found[0]

    def wait_for_end(self, seconds: float) -> str:
        """Wait until the run has ended, and return its state."""
        wait_until(self._has_ended, f"{self.run_id} has ended", seconds, SECONDS_BETWEEN_LOOKS)
        return self.state()

    def log(self, task: str) -> str:
        """Return the log of a task's first try, as the UI shows it."""
        return str(self._client.get(f"{self._path}/taskInstances/{task}/logs/1", full_content=True))

    def _has_ended(self) -> bool:
        return self.state() in {"success", "failed"}
