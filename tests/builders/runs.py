"""Build ledgers and runs in a temporary folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.connections import Connections
from include.definition import Definition
from include.ledger import ItemRecord, Ledger, Proof
from include.run import MigrationRun
from tests.builders.connections import connections as lab_connections
from tests.builders.definitions import definition as lab_definition

RUN_ID = "manual__2026-11-24T10:00:00+00:00"


def ledger(folder: Path, run_id: str = RUN_ID) -> Ledger:
    """Return an empty ledger of the migration `lab`."""
    return Ledger(folder, "lab", run_id)


def run(
    folder: Path, *, definition: Definition | None = None, connections: Connections | None = None
) -> MigrationRun:
    """Return a run of the lab's definition with nothing behind its connections."""
    return MigrationRun(
        definition=definition or lab_definition(),
        ledger=ledger(folder),
        connections=connections or lab_connections(),
        run_id=RUN_ID,
    )


def item(key: str = "one", phase: str = "obs_sync", **fields: Any) -> ItemRecord:
    """Return the record of a copied bucket."""
    known: dict[str, Any] = {
        "kind": "bucket",
        "source": f"from/{key}",
        "target": f"to/{key}",
        "action": "copied",
    }
    return ItemRecord(key=key, phase=phase, **{**known, **fields})


def proof(source: Any = "sha256:aa", target: Any = "sha256:aa") -> Proof:
    """Return a proof, equal when both values are."""
    return Proof(method="hash", source=source, target=target, equal=source == target)


def plan_row(key: str = "one", phase: str = "obs_sync", **fields: Any) -> dict[str, Any]:
    """Return a row of the plan."""
    known = {"kind": "bucket", "source": f"from/{key}", "target": f"to/{key}", "action": "copy", "bytes": 10}
    return {"key": key, "phase": phase, **known, "predicted_seconds": 2.0, "details": {}, **fields}
