"""A run of our own for one engine: the lab's definition with other data in it, and a ledger that is thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.connections import DocumentConnections
from include.definition import Definition, load_definition
from include.ledger import Ledger
from include.run import MigrationRun

ROOT = Path(__file__).resolve().parent.parent


def our_run(
    folder: Path, connections: dict[str, dict[str, Any]], run_id: str = "benchmark", **sections: Any
) -> MigrationRun:
    """Return a run whose definition has these sections in place of the lab's.

    :param folder: for the ledger, a new one for each run.
    :param connections: Airflow connections by their ids.
    :param run_id: what the run makes in clusters is named after it.
    """
    known = load_definition((ROOT / "migrations" / "lab.yaml").read_text())
    definition = Definition.model_validate({**known.model_dump(by_alias=True, mode="json"), **sections})
    return MigrationRun(
        definition, Ledger(folder, definition.name, run_id), DocumentConnections(connections), run_id
    )
