"""Start the parts at once, each as soon as those it depends on are done, and say where the time went."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.connections import add_connections
from lab.lifecycle_board import Board
from lab.parts import HasConnections, Part
from lab.supervision import supervisor

READY_SECONDS = 240
# a program that runs but does no work after this long is started again, once
_RESTART_SECONDS = 60


@dataclass
class Progress:
    """How far a part is, and its seconds: `began` and `done` from the start of `up`."""

    part: Part
    state: str = "waiting"
    error: str = ""
    began: float = 0.0
    done: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    finished: threading.Event = field(default_factory=threading.Event)


class PartFailedError(Exception):
    """A part did not come up; the text says why."""


def start_parts(parts: list[Part]) -> int:
    """Bring all parts up; print a line a part and a table at the end. Return an exit code."""
    began = time.monotonic()
    all_progress = {part.name: Progress(part) for part in parts}
    board = Board([(part.name, part.address) for part in parts])
    threads = [
        threading.Thread(target=_start, args=(progress, all_progress, board, began), daemon=True)
        for progress in all_progress.values()
    ]
    with board:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a join without end would not let an interrupt through
                thread.join(0.2)
    failed = [progress for progress in all_progress.values() if progress.state != "ready"]
    board.print_table(list(all_progress.values()), time.monotonic() - began)
    return 1 if failed else 0


def _start(progress: Progress, others: dict[str, Progress], board: Board, began: float) -> None:
    try:
        _bring_up(progress, others, board, began)
    except PartFailedError as error:
        progress.state, progress.error = "failed", str(error)
    except Exception as error:  # the other parts go on, and the table shows this one's error
        progress.state, progress.error = "failed", f"{type(error).__name__}: {error}"
    finally:
        progress.done = time.monotonic() - began
        board.show(progress.part.name, progress.state, progress.error or f"{progress.done:.1f} s")
        progress.finished.set()


def _bring_up(progress: Progress, others: dict[str, Progress], board: Board, began: float) -> None:
    part = progress.part
    _wait_for(part, others)
    progress.began = time.monotonic() - began
    bring_up(part, lambda name, run: _step(progress, board, name, run))
    progress.state = "ready"


def bring_up(part: Part, step: Callable[[str, Callable[[], None]], None] = lambda _, run: run()) -> None:
    """Bring up one part whose others are there; `step` runs each named step.

    Raises:
        PartFailedError: it did not become ready.
    """
    step("preparing", part.prepare)
    step("starting", lambda: _run_until_ready(part))
    step("filling", part.finish)
    if isinstance(part, HasConnections):
        add_connections(part.connections())


def _wait_for(part: Part, others: dict[str, Progress]) -> None:
    for name in part.depends_on:
        other = others.get(name)
        if other is None:
            continue
        other.finished.wait()
        if other.state != "ready":
            raise PartFailedError(f"not started, since {name} failed")


def _step(progress: Progress, board: Board, name: str, run: Callable[[], None]) -> None:
    board.show(progress.part.name, name, "")
    began = time.monotonic()
    run()
    progress.steps[name] = time.monotonic() - began


def _run_until_ready(part: Part) -> None:
    programs = part.programs()
    supervisor.run_programs(part.name, programs)
    began = time.monotonic()
    restarted = False
    while True:
        ready, reason = is_ready(part)
        if ready:
            return
        seconds = time.monotonic() - began
        if programs and seconds > _RESTART_SECONDS and not restarted:
            supervisor.restart([program.name for program in programs])
            restarted = True
        if seconds > READY_SECONDS:
            logs = ", ".join(f".lab/logs/{program.name}.log" for program in programs) or "none"
            raise PartFailedError(f"not ready after {READY_SECONDS} s ({reason}); logs: {logs}")
        time.sleep(0.3)


def is_ready(part: Part) -> tuple[bool, str]:
    """Ask a part whether it is ready; an error is a no, with its text as the reason."""
    try:
        return (True, "") if part.is_ready() else (False, "its check says no")
    except Exception as error:  # whatever a client library raises while its server is not there
        return False, f"{type(error).__name__}: {str(error)[:200]}"
