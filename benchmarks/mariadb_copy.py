"""Our side of the measurement of MariaDB: plan, copy and prove one database, in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.mariadb_data import DATABASE
from benchmarks.our_run import our_run
from include.databases import copy_database, prove_database
from include.planning.data_rows import database_rows
from include.planning.model import Plan, save_plan


def copy(source: dict[str, Any], target: dict[str, Any], folder: Path) -> bool:
    """Return whether the copy is proved equal.

    :param source: Airflow connection of the source server; `target` likewise.
    :param folder: for the ledger, a new one for each run.
    """
    entry = {
        "name": DATABASE,
        "engine": "mariadb",
        "database": DATABASE,
        "source": "source",
        "target": "target",
    }
    run = our_run(folder, {"source": source, "target": target}, databases=[entry])
    save_plan(run.ledger, Plan(items=database_rows(run)))
    copy_database(run, DATABASE)
    return prove_database(run, DATABASE).equal


if __name__ == "__main__":
    task = json.loads(sys.stdin.read())
    if not copy(task["source"], task["target"], Path(task["folder"])):
        raise SystemExit("the copy is not proved equal")
