"""A run of `rehearse_when_due`, which needs nothing but Airflow: from the scheduler through the broker to a worker and back."""

from __future__ import annotations

from dataclasses import dataclass

from lab.airflow.rest import RestClient

from .stack_run import StackRun

_TASK = "find_due_rehearsals"


@dataclass(frozen=True)
class SmallRun:
    """A run that has ended: its state, and the container that ran its task."""

    run: StackRun
    state: str
    hostname: str

    def log(self) -> str:
        """Return the task's log, as the UI shows it."""
        return self.run.log(_TASK)


def run_once(client: RestClient, seconds: float = 180) -> SmallRun:
    """Trigger the DAG and wait until the run has ended."""
    run = StackRun(client, "rehearse_when_due", {})
    state = run.wait_for_end(seconds)
    (instance,) = [one for one in run.instances() if one["task_id"] == _TASK]
    return SmallRun(run, state, str(instance["hostname"]))
