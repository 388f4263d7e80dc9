"""The lab's control groups: every process of the lab is in one, so that every one can be found and ended."""

from __future__ import annotations

import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lab.addresses import MACHINES

ROOT = Path("/sys/fs/cgroup")
NAME = "cce-lab"
SERVICES = f"{NAME}/services"
CHILDREN = ("services", *(machine.name for machine in MACHINES))


def controllers() -> list[Path]:
    """Return the top folder of every mounted hierarchy: one for version 2, one a controller for version 1."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    # on a hybrid machine a version 2 hierarchy without controllers is beside the others; processes are found by those
    return [path for path in sorted(ROOT.iterdir()) if path.is_dir() and (path / "cgroup.procs").exists()]


def make() -> None:
    """Make the lab's groups in every hierarchy."""
    for top in controllers():
        group = top / NAME
        group.mkdir(exist_ok=True)
        _allow_children(top, group)
        for child in CHILDREN:
            (group / child).mkdir(exist_ok=True)
            _fill_cpuset(group, group / child)


def _allow_children(top: Path, group: Path) -> None:
    if (top / "cgroup.controllers").exists():
        for folder in (top, group):
            names = (folder / "cgroup.controllers").read_text().split()
            for name in names:
                _try_write(folder / "cgroup.subtree_control", f"+{name}")
    _fill_cpuset(top, group)


def _fill_cpuset(parent: Path, group: Path) -> None:
    """Give a new cpuset its parent's processors: version 1 makes it empty, and no process can enter an empty one."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        if (group / name).exists() and not (group / name).read_text().strip() and not _is_unified(group):
            (group / name).write_text((parent / name).read_text())


def _is_unified(group: Path) -> bool:
    return (group / "cgroup.controllers").exists()


def born_there(command: list[str]) -> list[str]:
    """Return the command line that runs `command` in the lab's services group of every hierarchy."""
    places = " ".join(shlex.quote(str(top / SERVICES / "cgroup.procs")) for top in controllers())
    script = f'for place in {places}; do echo $$ > "$place" || exit 71; done; exec "$@"'
    return ["sh", "-c", script, "lab", *command]


def processes(group: str = "") -> set[int]:
    """Return the ids of all processes of the lab, or of one of its groups."""
    found: set[int] = set()
    for top in controllers():
        for folder in _groups(top / NAME / group):
            try:
                found.update(int(line) for line in (folder / "cgroup.procs").read_text().split())
            except OSError:
                continue
    found.discard(0)
    return found - {os.getpid()}


def processes_naming(text: str) -> set[int]:
    """Return the ids of the lab's processes with a text in their command line."""
    return {pid for pid in processes() if text in _command_line(pid)}


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def end_all(seconds: float = 20) -> set[int]:
    """Kill every process of the lab; return those still there after `seconds`."""
    killed = processes()
    left = end(processes, seconds)
    _wait_until_collected(killed, deadline=time.monotonic() + 5)
    return left


def end(find: Callable[[], set[int]], seconds: float = 20) -> set[int]:
    """Kill what `find` finds until it finds nothing more; return those still there after `seconds`."""
    deadline = time.monotonic() + seconds
    while left := find():
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > deadline:
            return find()
        time.sleep(0.05)
    return set()


def _wait_until_collected(pids: set[int], deadline: float) -> None:
    """Wait until init has collected what was killed; some inits take seconds, and none is waited for longer."""
    while time.monotonic() < deadline and any(_is_zombie(pid) for pid in pids):
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def remove() -> list[Path]:
    """Remove the lab's groups; return those that could not be removed."""
    stuck = []
    for top in controllers():
        for folder in _groups(top / NAME):
            try:
                folder.rmdir()
            except OSError:
                stuck.append(folder)
    return stuck


def _groups(top: Path) -> Iterator[Path]:
    """Yield a group and all under it, the deepest first."""
    if not top.is_dir():
        return
    for child in top.iterdir():
        if child.is_dir():
            yield from _groups(child)
    yield top


def _try_write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError:
        # a controller that this machine does not delegate is one the lab does without
        return
