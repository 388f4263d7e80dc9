"""Look at a run: its tasks through Airflow's API, their logs and the ledger from the disk, made into one picture."""

from __future__ import annotations

from datetime import datetime

from lab.airflow.rest import RestClient
from lab.migrate.ledger_view import Amount, LedgerView
from lab.migrate.runs import Run
from lab.migrate.snapshot import PHASES, Phase, Snapshot, Task
from lab.migrate.task_log import TaskLog, log_path
from lab.migrate.task_states import (
    Instance,
    idle_seconds,
    moment,
    name_of,
    now,
    phase_of,
    phase_seconds,
    phase_state,
    seconds_since_start,
)

_SHOWN = {"running", "deferred", "awaiting_input", "up_for_retry", "restarting", "queued"}
_WAITS = {
    "awaiting_input": "waits for an approval",
    "up_for_retry": "waits to try again",
    "queued": "is about to start",
}


class Follower:
    """Follow one run."""

    def __init__(self, client: RestClient, run: Run, ledger: LedgerView) -> None:
        self._client = client
        self._run = run
        self._ledger = ledger
        self._logs: dict[tuple[str, int, int], TaskLog] = {}
        self.instances: list[Instance] = []
        self.warnings: list[tuple[str, str]] = []

    @property
    def waits_for_approval(self) -> bool:
        """Say whether a task asks a person."""
        return any(instance["state"] == "awaiting_input" for instance in self.instances)

    def look(self) -> Snapshot:
        """Return how the run is now; `instances` and `warnings` (new since the last look) are filled anew."""
        run = self._client.get(self._run.path)
        self.instances = list(self._client.pages(f"{self._run.path}/taskInstances", "task_instances"))
        self.warnings = []
        at = moment(run["end_date"]) if run["end_date"] else now()
        tasks = tuple(self._task(one, at) for one in self.instances if self._is_worth_showing(one))
        began = moment(run["start_date"] or run["queued_at"])
        return Snapshot(
            run_id=self._run.run_id,
            state=run["state"],
            seconds=(at - began).total_seconds(),
            idle_seconds=idle_seconds(self.instances, began, at),
            phases=self._phases(at, is_over=bool(run["end_date"])),
            tasks=tuple(sorted(tasks, key=lambda task: -task.seconds)),
        )

    def _is_worth_showing(self, instance: Instance) -> bool:
        """Read on in the task's log, also that of a task which has just ended; say whether it is at work."""
        log = self._log(instance) if instance["state"] in _SHOWN else self._known_log(instance)
        if log is not None:
            self.warnings += [(name_of(instance), text) for text in log.read_on()]
        if instance["state"] not in _SHOWN:
            self._logs.pop(_key(instance), None)
        return instance["state"] in _SHOWN

    def _log(self, instance: Instance) -> TaskLog:
        return self._logs.setdefault(_key(instance), TaskLog(log_path(instance)))

    def _known_log(self, instance: Instance) -> TaskLog | None:
        return self._logs.get(_key(instance))

    def _task(self, instance: Instance, at: datetime) -> Task:
        line = _WAITS.get(str(instance["state"])) or self._log(instance).last_line
        return Task(name_of(instance), str(instance["state"]), seconds_since_start(instance, at), line)

    def _phases(self, at: datetime, *, is_over: bool) -> tuple[Phase, ...]:
        planned, done = self._ledger.planned(), self._ledger.done()
        found = []
        for name in PHASES:
            instances = [one for one in self.instances if phase_of(one) == name]
            if not instances:
                continue
            plan, act = planned.get(name, Amount()), done.get(name, Amount())
            record = self._ledger.document(f"phases/{name}")
            state = phase_state(instances, plan.items)
            if is_over and state == "succeeded" and record and record["result"] != "succeeded":
                # ended by hand: the tasks that were left are skipped, not failed
                state = "stopped"
            found.append(
                Phase(
                    id=name,
                    state=state,
                    items=act.items,
                    planned=plan.items,
                    bytes=act.bytes,
                    planned_bytes=plan.bytes,
                    seconds=phase_seconds(instances, state, at, record.get("started")),
                )
            )
        return tuple(found)


def _key(instance: Instance) -> tuple[str, int, int]:
    return str(instance["task_id"]), int(instance["map_index"]), int(instance["try_number"])
