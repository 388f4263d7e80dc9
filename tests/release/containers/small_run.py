"""A run of `rehearse_when_due`, which needs nothing but Airflow: from the scheduler through the broker to a worker and back."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from lab.airflow.rest import RestClient

DAG = "rehearse_when_due"
_TASK = "find_due_rehearsals"


@dataclass(frozen=True)
class SmallRun:
    """A run that has ended: its state, the container that ran its task, and the task's log."""

    state: str
    hostname: str
    path: str

    def log(self, client: RestClient) -> str:
        """Return the task's log, as the UI shows it."""
        return str(client.get(f"{self.path}/taskInstances/{_TASK}/logs/1", full_content=True))


def run_once(client: RestClient, seconds: float = 180) -> SmallRun:
    """Trigger the DAG and wait until the run has ended."""
    client.patch(f"/dags/{DAG}", {"is_paused": False})
    run_id = f"containers_{uuid.uuid4().hex[:8]}"
    path = f"/dags/{DAG}/dagRuns/{run_id}"
    client.post(f"/dags/{DAG}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": {}})
    ends = time.monotonic() + seconds
    while (state := _state(client, path)) not in {"success", "failed"}:
        assert time.monotonic() < ends, f"{run_id} is still {state} after {seconds:.0f} s"
        time.sleep(1)
    instance: dict[str, Any] = client.get(f"{path}/taskInstances/{_TASK}")
    return SmallRun(state, str(instance["hostname"]), path)


def _state(client: RestClient, path: str) -> str:
    return str(client.get(path)["state"])
