"""Show a run on a terminal: one picture that changes in place, with lines above it that stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lab.migrate.amounts import duration, size, size_of
from lab.migrate.notices import Notice
from lab.migrate.snapshot import PHASES, Phase, Snapshot, Task

_MOST_TASKS = 6
_MARKS = {
    "waiting": ("·", "dim"),
    "succeeded": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "skipped": ("-", "dim"),
    "not reached": ("·", "red"),
    "stopped": ("✗", "red"),
    "approval": ("?", "yellow"),
    "retrying": ("↻", "yellow"),
}
_STYLES = {"warning": "yellow", "failure": "bold red", "note": "cyan"}


class Screen(Protocol):
    """What a run is shown on."""

    def __enter__(self) -> Screen: ...
    def __exit__(self, *_: object) -> None: ...
    def show(self, snapshot: Snapshot) -> None:
        """Show how the run is."""

    def say(self, notice: Notice) -> None:
        """Print a line that stays."""


class LiveScreen:
    """A terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(Text(""), console=console, refresh_per_second=8)

    def __enter__(self) -> LiveScreen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Draw the picture anew."""
        self._live.update(picture(snapshot, self._spinner))

    def say(self, notice: Notice) -> None:
        """Print a line above the picture."""
        mark = "" if notice.kind == "note" else f"{notice.kind}: "
        self._console.print(Text.assemble((mark, _STYLES[notice.kind]), notice.text))


def picture(snapshot: Snapshot, spinner: RenderableType = "*") -> Group:
    """Return the picture of a run: a line a phase, then the tasks at work."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    # fixed widths, 80 in all: nothing jumps when a number grows
    table.add_column(no_wrap=True, width=1)
    table.add_column(no_wrap=True, min_width=max(map(len, PHASES)))
    table.add_column(no_wrap=True, min_width=11)
    for width in (16, 14, 10):
        table.add_column(no_wrap=True, justify="right", min_width=width)
    for phase in snapshot.phases:
        table.add_row(*_phase_cells(phase, spinner))
    parts: list[RenderableType] = [Text(""), table]
    if not snapshot.is_over:
        parts += [Text(""), _tasks(snapshot.tasks), Text(f"{duration(snapshot.seconds)} so far", style="dim")]
    return Group(*parts)


def _phase_cells(phase: Phase, spinner: RenderableType) -> Iterable[RenderableType]:
    mark, style = _MARKS.get(phase.state, ("", "cyan"))
    yield spinner if phase.state == "running" else Text(mark, style=style)
    yield Text(phase.id, style="bold" if phase.state == "running" else style)
    yield Text("" if phase.state in {"succeeded", "running"} else phase.state, style=style)
    yield Text(items_of(phase))
    yield Text(bytes_of(phase))
    yield Text("" if phase.seconds is None else duration(phase.seconds), style="dim")


def items_of(phase: Phase) -> str:
    """Return how many items of a phase are done."""
    if phase.planned:
        return f"{phase.items} of {phase.planned} {'item' if phase.planned == 1 else 'items'}"
    return f"{phase.items} items" if phase.items else ""


def bytes_of(phase: Phase) -> str:
    """Return how many bytes of a phase are done; what is done without moving anything has none."""
    if phase.state == "succeeded" or phase.items >= phase.planned:
        return size(phase.bytes) if phase.bytes else ""
    return size_of(phase.bytes, phase.planned_bytes) if phase.planned_bytes and phase.seconds else ""


def _tasks(tasks: tuple[Task, ...]) -> RenderableType:
    if not tasks:
        return Text("Airflow is choosing what comes next", style="dim")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=60)
    table.add_column(no_wrap=True, justify="right", style="dim")
    table.add_column(no_wrap=True, overflow="ellipsis")
    for task in tasks[:_MOST_TASKS]:
        table.add_row(Text(task.name), duration(task.seconds) if task.seconds else "", Text(task.line))
    if len(tasks) > _MOST_TASKS:
        table.add_row(Text(f"and {len(tasks) - _MOST_TASKS} more", style="dim"), "", "")
    return table
