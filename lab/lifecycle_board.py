"""The terminal's view of a lab that comes up: a line a part, live on a terminal, one line a change elsewhere."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from lab.lifecycle_parts import Progress

_STYLES = {"ready": "green", "failed": "bold red", "waiting": "dim", "down": "bold red"}
_WIDTH = 140


class Board:
    """Shows the state of each part."""

    def __init__(self, parts: list[tuple[str, str]]) -> None:
        self._addresses = dict(parts)
        self._rows: dict[str, tuple[str, str]] = {name: ("waiting", "") for name, _ in parts}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.console = make_console()
        self._live = Live(self._table(), console=self.console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Board:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def show(self, name: str, state: str, text: str) -> None:
        """Show a part's new state."""
        with self._lock:
            self._rows[name] = (state, text)
            if self.console.is_terminal:
                self._live.update(self._table())
            elif state in {"ready", "failed"}:
                seconds = time.monotonic() - self._began
                self.console.print(
                    f"{seconds:6.1f} s  {name}: {state} {text}".rstrip(), highlight=False, markup=False
                )

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, (state, text) in self._rows.items():
            table.add_row(
                name, f"[{_STYLES.get(state, 'yellow')}]{state}[/]", self._addresses[name], text[:80]
            )
        return table

    def print_table(self, parts: list[Progress], total: float) -> None:
        """Print the end of it: each part's state and address, and where the time went."""
        table = Table(title=f"The lab after {total:.1f} s", title_justify="left")
        for column in ("part", "state", "address"):
            table.add_column(column, no_wrap=True)
        for column in ("from s", "prepare", "start", "fill", "done at s"):
            table.add_column(column, justify="right")
        for progress in parts:
            steps = [f"{progress.steps.get(name, 0):.1f}" for name in ("preparing", "starting", "filling")]
            state = f"[{_STYLES.get(progress.state, 'yellow')}]{progress.state}[/]"
            times = (f"{progress.began:.1f}", *steps, f"{progress.done:.1f}")
            table.add_row(progress.part.name, state, progress.part.address, *times)
        self.console.print(table)
        for progress in parts:
            if progress.error:
                self.console.print(f"{progress.part.name}: {progress.error}", markup=False, style="red")


def make_console() -> Console:
    """Return the console to print on, wide enough for a table also where there is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)
