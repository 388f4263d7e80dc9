"""Find the lab's processes by what they do, and kill them without a word: SIGKILL, by id, only inside the lab."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from lab import addresses, paths
from lab.airflow import places
from lab.connections import read_documents
from lab.supervision import cgroups, supervisor

POLL_SECONDS = 0.05
MADE = "select 1 from pg_database where datname = 'shop'"


def command_of(pid: int) -> str:
    """Return a process's command line, or nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def processes(is_wanted: Callable[[str], bool]) -> list[int]:
    """Return the lab's processes with such a command line.

    The lab's control groups are hundreds of files: they are read only once there is such a process at all, or one that
    lives for a second would not be seen.
    """
    running = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    wanted = {pid for pid in running if is_wanted(command_of(pid))}
    return sorted(wanted & cgroups.processes()) if wanted else []


def task_process(instance_id: str) -> list[int]:
    """Return the process that runs a task's code, if it runs; Airflow puts the task instance's id into its title."""
    return processes(lambda command: command == f"airflow worker -- {instance_id}")


def worker_of(instance_id: str) -> list[int]:
    """Return the LocalExecutor's worker that supervises a task's process and sends its heartbeats."""
    return processes(lambda command: command == f"airflow worker -- LocalExecutor: {instance_id}")


def airflow_program(name: str) -> list[int]:
    """Return the process of one of Airflow's four programs, e.g. `scheduler`."""
    return [int((places.run_folder() / f"{name}.pid").read_text())]


def engines(name: str) -> list[int]:
    """Return the processes of an engine, e.g. `pg_restore`, that tasks have started."""
    return processes(lambda command: Path(command.split(" ")[0]).name == name)


def is_target_database_made() -> bool:
    """Say whether the copy of the shop's database has begun: rows, indexes and their comparison take seconds from there."""
    document = read_documents()["target_postgres"]
    place = {"host": addresses.TARGET_POSTGRES, "port": addresses.POSTGRES_PORT, "dbname": "postgres"}
    login = {"user": document["login"], "password": document["password"]}
    try:
        with psycopg.connect(**place, **login, connect_timeout=2) as session:
            return session.execute(MADE).fetchone() is not None
    except psycopg.OperationalError:
        return False


def uploads_to_swr() -> list[Path]:
    """Return the folders of blobs that are on their way into SWR."""
    repositories = paths.DATA / "swr" / "docker" / "registry" / "v2" / "repositories"
    return list(repositories.glob("**/_uploads/*"))


def velero_server(side: str) -> list[int]:
    """Return the process of the Velero server in a cluster's pod."""
    found = processes(lambda command: command.startswith("/velero server"))
    return [pid for pid in found if f"/{cgroups.NAME}/{side}" in Path(f"/proc/{pid}/cgroup").read_text()]


def are_alive(pids: Iterable[int]) -> bool:
    """Say whether any of these processes runs."""
    return any(command_of(pid) for pid in pids)


def strike(pids: Iterable[int]) -> None:
    """Kill processes that were just found within the lab."""
    _signal(pids, signal.SIGKILL)


def kill(pids: Iterable[int]) -> None:
    """Kill processes of the lab; those that have just ended are left out."""
    _signal(set(pids) & cgroups.processes(), signal.SIGKILL)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def standing_still(pids: Iterable[int]) -> Generator[None]:
    """Let processes do nothing while the block runs."""
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def wait_until(
    is_so: Callable[[], object], what: str, seconds: float = 600, pause: float = POLL_SECONDS
) -> None:
    """Wait until something is so.

    :param pause: between two looks; what asks an API at each look should leave it time for its work.
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds:.0f} s: {what}"
        time.sleep(pause)


def kill_between(
    pids: Callable[[], list[int]], is_so: Callable[[], object], what: str, seconds: float = 600
) -> None:
    """Let processes run for moments only, and kill them when something is so while they stand still.

    What lasts but a second is hit for certain, however late the test's own process gets its turn.
    """
    deadline = time.monotonic() + seconds
    is_done = False
    while not is_done:
        assert time.monotonic() < deadline, f"not so after {seconds:.0f} s: {what}"
        victims = pids()
        with standing_still(victims):
            is_done = bool(victims and is_so())
            if is_done:
                kill(victims)
        time.sleep(POLL_SECONDS)


@contextmanager
def stopped(*programs: str) -> Generator[None]:
    """Keep programs of the lab, e.g. `target-postgres`, stopped for as long as the block lasts."""
    supervisor.stop(list(programs))
    try:
        yield
    finally:
        supervisor.restart(list(programs))
