"""Our side of the measurement of PostgreSQL: plan, copy and prove one database, in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.postgres_data import DATABASE
from include.connections import DocumentConnections
from include.databases import copy_database, prove_database
from include.definition import Definition, load_definition
from include.ledger import Ledger
from include.planning.data_rows import database_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun

ROOT = Path(__file__).resolve().parent.parent


def copy(source: dict[str, Any], target: dict[str, Any], folder: Path) -> bool:
    """Return whether the copy is proved equal.

    :param source: Airflow connection of the source server; `target` likewise.
    :param folder: for the ledger, a new one for each run.
    """
    known = load_definition((ROOT / "migrations" / "lab.yaml").read_text())
    entry = {
        "name": DATABASE,
        "engine": "postgresql",
        "database": DATABASE,
        "source": "source",
        "target": "target",
    }
    document = {**known.model_dump(by_alias=True, mode="json"), "databases": [entry]}
    definition = Definition.model_validate(document)
    connections = DocumentConnections({"source": source, "target": target})
    run = MigrationRun(definition, Ledger(folder, definition.name, "benchmark"), connections, "benchmark")
    save_plan(run.ledger, Plan(items=database_rows(run)))
    copy_database(run, DATABASE)
    return prove_database(run, DATABASE).equal


if __name__ == "__main__":
    task = json.loads(sys.stdin.read())
    if not copy(task["source"], task["target"], Path(task["folder"])):
        raise SystemExit("the copy is not proved equal")
