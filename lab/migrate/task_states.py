"""Make the states of phases out of the states of their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from lab.migrate.snapshot import PhaseState

Instance = Mapping[str, Any]

_ACTIVE = {"running", "queued", "scheduled", "deferred", "restarting", "up_for_reschedule"}
_ENDED = {"success", "skipped"}


def phase_of(instance: Instance) -> str:
    """Return the id of the task group that a task is in, or nothing."""
    group, separator, _ = str(instance["task_id"]).rpartition(".")
    return group.split(".")[0] if separator else ""


def name_of(instance: Instance) -> str:
    """Return a task's name with the item it works on, if it is one of many."""
    label = instance.get("rendered_map_index")
    if label is None and instance["map_index"] >= 0:
        label = str(instance["map_index"])
    return f"{instance['task_id']} [{label}]" if label else str(instance["task_id"])


def phase_state(instances: Iterable[Instance], planned: int = 0) -> PhaseState:
    """Return the state of a phase with these tasks and so many items in the plan.

    A phase without items that skips tasks is off: only the task that asks for that has run.
    """
    states = {instance["state"] for instance in instances}
    if "failed" in states:
        return "failed"
    if states & {"upstream_failed", "removed"}:
        return "not reached"
    if "awaiting_input" in states:
        return "approval"
    if "up_for_retry" in states:
        return "retrying"
    if states <= {None}:
        return "waiting"
    if states & _ACTIVE or None in states:
        return "running"
    if states == {"skipped"} or ("skipped" in states and not planned):
        return "skipped"
    return "succeeded" if states <= _ENDED else "running"


def phase_seconds(
    instances: Iterable[Instance], state: PhaseState, at: datetime, began: str | None = None
) -> float | None:
    """Return the seconds from a phase's first start to its end, or to `at`, or None if it has not begun.

    `began` is the start that the ledger has: tasks forget theirs when they are tried again.
    """
    # tasks that were skipped or not reached have moments, too: when that was decided
    listed = [one for one in instances if one["state"] not in {"skipped", "upstream_failed", "removed"}]
    starts = [moment(one["start_date"]) for one in listed if one["start_date"]]
    if not starts:
        return None
    ends = [moment(one["end_date"]) for one in listed if one["end_date"]]
    is_over = state in {"succeeded", "failed", "skipped", "not reached", "stopped"} and ends
    first = min([*starts, moment(began)] if began else starts)
    return ((max(ends) if is_over else at) - first).total_seconds()


def idle_seconds(instances: Iterable[Instance], began: datetime, at: datetime) -> float:
    """Return the seconds from `began` to `at` in which no task was at work."""
    idle, busy_until = 0.0, began
    spans = [(moment(one["start_date"]), one["end_date"]) for one in instances if one["start_date"]]
    for start, end in sorted(spans, key=lambda span: span[0]):
        idle += max(0.0, (start - busy_until).total_seconds())
        busy_until = max(busy_until, moment(end) if end else at)
    return idle + max(0.0, (at - busy_until).total_seconds())


def seconds_since_start(instance: Instance, now: datetime) -> float:
    """Return for how long a task has been at work."""
    return (now - moment(instance["start_date"])).total_seconds() if instance["start_date"] else 0.0


def moment(text: str) -> datetime:
    """Return a moment as Airflow writes it."""
    return datetime.fromisoformat(text)


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)
