"""Our side of the measurement of databases: plan, copy and prove one, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from benchmarks.our_run import our_run
from include.databases import copy_database, prove_database
from include.planning.data_rows import database_rows
from include.planning.model import Plan, save_plan


def copy_apart(
    engine: Literal["postgresql", "mariadb"], database: str, source: dict[str, Any], target: dict[str, Any]
) -> None:
    """Copy and prove in a new process, as a task does.

    :param source: Airflow connection of the source server; `target` likewise.
    :raises RuntimeError: when it failed or is not proved equal.
    """
    with tempfile.TemporaryDirectory() as folder:
        task = {"engine": engine, "database": database, "source": source, "target": target, "folder": folder}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.database_copy"],
            input=json.dumps(task),
            text=True,
            capture_output=True,
        )
    if done.returncode != 0:
        raise RuntimeError(f"our copy failed: {done.stderr[-2000:]}")


def _copy(task: dict[str, Any]) -> bool:
    name = task["database"]
    entry = {"name": name, "engine": task["engine"], "database": name, "source": "source", "target": "target"}
    connections = {"source": task["source"], "target": task["target"]}
    run = our_run(Path(task["folder"]), connections, databases=[entry])
    save_plan(run.ledger, Plan(items=database_rows(run)))
    copy_database(run, name)
    return prove_database(run, name).equal


if __name__ == "__main__":
    if not _copy(json.loads(sys.stdin.read())):
        raise SystemExit("the copy is not proved equal")
