"""One run of the migration while it goes on: its tasks and their processes, its approvals, its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

import httpx

from lab.airflow.rest import RestClient, RestError
from lab.migrate.approvals import Approvals, has_settled
from lab.migrate.ledger_view import LedgerView
from lab.migrate.runs import Run

from .conftest import LEDGER, Outcome
from .killing import (
    airflow_program,
    are_alive,
    kill,
    kill_between,
    strike,
    task_process,
    wait_until,
    worker_of,
)

DAG = "migrate_to_cce"
SECONDS_BETWEEN_LOOKS = 0.5
AT_WORK = {"running", "queued", "scheduled", "up_for_retry", "restarting", "deferred", "awaiting_input"}

Instance = dict[str, Any]
Victim = Literal["task", "worker", "scheduler"]


class LiveRun:
    """Trigger a run, and follow it through Airflow's API. Its approvals are answered as `make migrate` answers them.

    :param purpose: what the run is for, one word of its id.
    :param answers: off for a run whose approvals the test answers itself.
    :param dag: which DAG; one that works on a migration run of the past takes the latest.
    """

    def __init__(self, purpose: str, *, answers: bool = True, dag: str = DAG) -> None:
        self._client = RestClient()
        self.run = Run(dag, f"{dag}_{purpose}_{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}", is_new=True)
        self._stopped = threading.Event()
        self._approvals = threading.Thread(target=self._answer, name="approvals") if answers else None
        self._lock = threading.Lock()
        self._seen: tuple[float, list[Instance]] = (-SECONDS_BETWEEN_LOOKS, [])
        self.started = 0.0

    def __enter__(self) -> LiveRun:
        self._client.patch(f"/dags/{self.run.dag_id}", {"is_paused": False})
        document = {"dag_run_id": self.run.run_id, "logical_date": None, "conf": {"definition": "lab"}}
        self._client.post(f"/dags/{self.run.dag_id}/dagRuns", document)
        self.started = time.monotonic()
        if self._approvals:
            self._approvals.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._approvals:
            self._approvals.join()
        if kind is not None and self.state() == "running":
            self.mark_failed()
        self._client.close()

    @property
    def seconds(self) -> float:
        """Return for how long the run has been going on."""
        return time.monotonic() - self.started

    @property
    def outcome(self) -> Outcome:
        """Return what the run left in the ledger."""
        return Outcome(0 if self.state() == "success" else 1, "", LEDGER / self.run.run_id)

    def state(self) -> str:
        """Return the run's state."""
        return str(self._patiently(lambda: self._client.get(self.run.path))["state"])

    def instances(self) -> list[Instance]:
        """Return all task instances; threads that ask at once share an answer."""
        path = f"{self.run.path}/taskInstances"
        with self._lock:
            moment, found = self._seen
            if time.monotonic() - moment >= SECONDS_BETWEEN_LOOKS:
                found = self._patiently(lambda: self._client.pages(path, "task_instances"))
                self._seen = time.monotonic(), found
            return found

    def instance(self, task: str, map_index: int = -1) -> Instance:
        """Return a task's instance, an empty one while its mapped task is not expanded."""
        for one in self.instances():
            if one["map_index"] == map_index and one["task_id"] == task:
                return one
        return {"task_id": task, "id": "", "state": None, "try_number": 0}

    def wait_for_process(self, task: str, map_index: int = -1, seconds: float = 600) -> Instance:
        """Wait until a task's process is there, and return its instance; looks at the machine, not at the API alone."""
        found: Instance = {}

        def is_there() -> bool:
            found.update(self.instance(task, map_index))
            return bool(found["id"] and task_process(found["id"]))

        wait_until(is_there, f"{task} runs", seconds)
        return found

    def kill(
        self,
        task: str,
        map_index: int = -1,
        *,
        victim: Victim = "task",
        when: Callable[[], object] = lambda: True,
    ) -> Instance:
        """Kill a task's process, its worker, or the scheduler, while the task is at work; return its instance.

        :param when: what has to be so first, e.g. that an engine runs.
        """
        instance = self.wait_for_process(task, map_index)
        # Looked up beforehand: what is far enough may end within the time that a look takes.
        pids = task_process(instance["id"])
        victims = {
            "task": pids,
            "worker": worker_of(instance["id"]),
            "scheduler": airflow_program("scheduler"),
        }[victim]
        wait_until(lambda: when() or not are_alive(pids), f"{task} is far enough")
        assert are_alive(pids), f"{task} ended before it could be killed"
        (kill if victim == "scheduler" else strike)(victims)
        return instance

    def kill_in_steps(self, task: str, map_index: int, when: Callable[[], object]) -> None:
        """Kill a task's process when something is so that lasts for a moment only: it runs in steps until then."""
        instance = self.wait_for_process(task, map_index)
        kill_between(lambda: task_process(instance["id"]), when, f"{task} is far enough", 120)

    def wait_for_task(self, task: str, seconds: float = 300) -> None:
        """Wait until a task has succeeded."""

        def has_succeeded() -> bool:
            assert self.state() in {"queued", "running"}, f"the run ended before {task} succeeded"
            return self.instance(task)["state"] == "success"

        wait_until(has_succeeded, f"{task} has succeeded", seconds)

    def wait_for_end(self, seconds: float = 1200) -> str:
        """Wait until the run has ended, its teardowns too, and return its state."""
        wait_until(
            lambda: self.state() in {"success", "failed"} and not self.at_work(), "the run has ended", seconds
        )
        return self.state()

    def at_work(self) -> list[str]:
        """Return the tasks that have not ended."""
        return [one["task_id"] for one in self.instances() if one["state"] in AT_WORK]

    def tries(self) -> dict[str, int]:
        """Return how often each task was tried."""
        tries: dict[str, int] = {}
        for one in self.instances():
            tries[one["task_id"]] = max(one["try_number"], tries.get(one["task_id"], 0))
        return tries

    def document(self, name: str) -> dict[str, Any]:
        """Return a document of the run's ledger, or an empty one."""
        return LedgerView(self.run.run_id).document(name)

    def log(self, task: str) -> str:
        """Return the log of a task's last try."""
        path = f"{self.run.path}/taskInstances/{task}"
        number = self._patiently(lambda: self._client.get(path))["try_number"]
        return str(self._patiently(lambda: self._client.get(f"{path}/logs/{number}", full_content=True)))

    def mark_failed(self) -> None:
        """Mark the run as failed, as a person does in the UI."""
        self._patiently(lambda: self._client.patch(self.run.path, {"state": "failed"}))

    def question(self, task: str, seconds: float = 300) -> str:
        """Wait for a question that may be answered, and return its text."""
        found: dict[str, str] = {}

        def is_asked() -> bool:
            assert self.state() in {"queued", "running"}, f"the run ended before {task} asked"
            path = f"{self.run.path}/hitlDetails"
            for one in self._patiently(
                lambda: self._client.pages(path, "hitl_details", response_received=False)
            ):
                if one["task_instance"]["task_id"] == task and has_settled(one):
                    found["body"] = str(one["body"])
            return bool(found)

        wait_until(is_asked, f"{task} asks", seconds)
        return found["body"]

    def answer(self, task: str, choice: Literal["Approve", "Reject"]) -> None:
        """Answer an approval."""
        path = f"{self.run.path}/taskInstances/{task}/-1/hitlDetails"
        document = {"chosen_options": [choice], "params_input": {"reason": "a test"}}
        self._patiently(lambda: self._client.patch(path, document))

    def _answer(self) -> None:
        with RestClient() as client:
            approvals = Approvals(client, self.run, LedgerView(self.run.run_id), is_lab=True)
            while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
                with suppress(httpx.HTTPError, RestError):
                    approvals.answer()

    def _patiently(self, ask: Callable[[], Any], seconds: float = 120) -> Any:
        """Ask Airflow until it answers: what answers may have been killed."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return ask()
            except (httpx.HTTPError, RestError) as error:
                is_refused = isinstance(error, RestError) and error.status < 500
                if is_refused or time.monotonic() > deadline:
                    raise
            time.sleep(SECONDS_BETWEEN_LOOKS)
