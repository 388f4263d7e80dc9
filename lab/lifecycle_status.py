"""Show every part of the lab: its state (asked of the part itself), its address, its log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rich.table import Table

from lab import paths
from lab.lifecycle_board import make_console
from lab.lifecycle_parts import is_ready
from lab.parts import Part
from lab.registry_of_parts import all_parts
from lab.supervision import namespace, supervisor


def status() -> int:
    """Print the table; return 0 if every part is ready, else 3."""
    if not paths.RESOLV_CONF.exists():
        print("The lab is down: make lab-up")
        return 3
    if not namespace.is_inside():
        namespace.enter_again(["status"])
    states = supervisor.states()
    parts = all_parts()
    with ThreadPoolExecutor(len(parts)) as pool:
        answers = list(pool.map(is_ready, parts))
    table = Table(title="The lab", title_justify="left")
    for column in ("part", "state", "address", "log"):
        table.add_column(column, overflow="fold")
    for part, (ready, reason) in zip(parts, answers, strict=True):
        state = "[green]ready[/]" if ready else f"[bold red]down[/] ({reason[:60]})"
        table.add_row(part.name, state, part.address, _logs(part, states))
    make_console().print(table)
    return 0 if all(ready for ready, _ in answers) else 3


def _logs(part: Part, states: dict[str, str]) -> str:
    try:
        names = [program.name for program in part.programs()]
    except Exception:  # a part that was never prepared has no configuration to tell its programs from
        return "-"
    lines = []
    for name in names:
        state = states.get(name, "not started")
        log = paths.log_of(name).relative_to(paths.ROOT)
        lines.append(str(log) if state == "RUNNING" else f"{log} ({state.lower()})")
    return "\n".join(lines) or "-"
