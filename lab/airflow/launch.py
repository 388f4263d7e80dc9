"""Run one program of Airflow: `python -m lab.airflow.launch scheduler`, with the secrets that no file or argument has."""

from __future__ import annotations

import gc
import os
import signal
import sys

from setproctitle import setproctitle

from lab.airflow import places
from lab.airflow.settings import secret_environment
from lab.execution import without_proxy
from lab.secrets import secrets
from lab.supervision import cgroups

_COLLECT_AFTER = 50_000
# Log servers listen on every address of the machine; here the API server reads the logs from the disk.
ARGUMENTS = {
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "api-server": ["api-server"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


def main(name: str) -> None:
    """Run the program in this process."""
    _end_leftovers(name)
    (places.run_folder() / f"{name}.pid").write_text(str(os.getpid()))
    # Before the environment changes: afterwards its title can no longer be set, and workers show their task in it.
    setproctitle(f"airflow {name}")
    os.environ.update(without_proxy(dict(os.environ)) | secret_environment(secrets()))
    # Compiled modules are kept: importing Airflow takes 2 s with them and 5 s without, four times over.
    sys.dont_write_bytecode = False
    # A start makes half a million objects that stay: looking through them again and again takes a sixth of it.
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    sys.argv = ["airflow", *ARGUMENTS[name]]
    # imported here, since Airflow reads its settings when it is imported
    from airflow.__main__ import main as airflow

    airflow()


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
