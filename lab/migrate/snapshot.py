"""What the console shows of a run at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# in the order in which they run; the four after the planning run side by side
PHASES = (
    "resource_planning",
    "swr_image_sync",
    "rds_dump_restore",
    "obs_sync",
    "velero_install",
    "adaptation",
    "velero_backup_restore",
    "verification",
    "cutover",
    "source_retirement",
)

PhaseState = Literal[
    "waiting", "running", "approval", "retrying", "succeeded", "failed", "skipped", "not reached", "stopped"
]


@dataclass(frozen=True)
class Phase:
    """One phase: its state, what of its plan is done, and its seconds so far (None: it has not begun)."""

    id: str
    state: PhaseState
    items: int = 0
    planned: int = 0
    bytes: int = 0
    planned_bytes: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class Task:
    """One task that is at work or waits: `line` is the last that it logged."""

    name: str
    state: str
    seconds: float
    line: str = ""


@dataclass(frozen=True)
class Snapshot:
    """The whole run; in `idle_seconds` of it Airflow was between two tasks."""

    run_id: str
    state: str
    seconds: float
    idle_seconds: float = 0.0
    phases: tuple[Phase, ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def is_over(self) -> bool:
        """Say whether the run has ended."""
        return self.state in {"success", "failed"}
