"""Start one program of Airflow: `python -m lab.airflow.launch scheduler`. Adds the secrets, then becomes the program."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from lab.airflow import places
from lab.airflow.settings import secret_environment
from lab.execution import without_proxy
from lab.secrets import secrets
from lab.supervision import cgroups

# Log servers listen on every address of the machine; here the API server reads the logs from the disk.
ARGUMENTS = {
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "api-server": ["api-server"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


def main(name: str) -> None:
    """Become the program, with what its settings need added to this process's environment."""
    _end_leftovers(name)
    (places.run_folder() / f"{name}.pid").write_text(str(os.getpid()))
    environment = without_proxy(dict(os.environ)) | secret_environment(secrets())
    # Compiled modules are kept: importing Airflow takes 2 s with them and 5 s without, four times over.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    program = str(Path(sys.executable).parent / "airflow")
    os.execve(program, [program, *ARGUMENTS[name]], environment)


def _end_leftovers(name: str) -> None:
    """End what a killed predecessor left: the scheduler's workers would live on for ever, and work.

    The supervisor gives each program a process group of its own. Tasks have one each; they end with their worker.
    """
    kept = places.run_folder() / f"{name}.pid"
    group = int(kept.read_text()) if kept.exists() else os.getpgid(0)
    if group == os.getpgid(0):
        return
    for pid in cgroups.processes():
        try:
            if os.getpgid(pid) == group:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main(sys.argv[1])
