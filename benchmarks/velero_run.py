"""One run of our phases over the benchmark's namespaces, in a process of its own, as a task has one: `python -m benchmarks.velero_run`."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.many_objects import NAMESPACES
from benchmarks.our_run import ROOT, our_run
from include.adaptation import adapt_objects, adapt_secrets, dry_run_objects
from include.inventory import take_inventory
from include.inventory.store import load_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.velero import (
    prove_backup,
    prove_restore,
    submit_backup,
    submit_restore,
    wait_for_backup,
    wait_for_restore,
)
from include.verification import verify_objects
from lab.connections import read_documents

# Headless Services need no load balancer; the lab's is not known by this run.
BALANCER = {"class": "union", "id": str(uuid.UUID(int=0))}
STEPS_FILE = "steps.json"

Seconds = dict[str, float]


def planned_run(folder: Path, run_id: str) -> MigrationRun:
    """Return a run of these namespaces alone, with its inventory and plan."""
    run = our_run(folder, read_documents(), run_id, **_sections())
    take_inventory(run)
    save_plan(run.ledger, Plan(items=object_rows(load_inventory(run.ledger))))
    return run


def timed_steps(run: MigrationRun) -> Seconds:
    """Adapt, back up, restore and verify; return the seconds of each."""
    return {
        "adaptation": _timed(lambda: (adapt_objects(run), dry_run_objects(run))),
        "backup_restore": _timed(lambda: _back_up_and_restore(run)),
        "verification": _timed(lambda: verify_objects(run)),
    }


def _back_up_and_restore(run: MigrationRun) -> None:
    submit_backup(run)
    wait_for_backup(run)
    prove_backup(run)
    submit_restore(run)
    wait_for_restore(run)
    prove_restore(run)
    adapt_secrets(run)


def _timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def _sections() -> dict[str, Any]:
    from include.definition import load_definition

    known = load_definition((ROOT / "migrations" / "lab.yaml").read_text()).model_dump(
        by_alias=True, mode="json"
    )
    return {
        "source": {**known["source"], "namespaces": list(NAMESPACES)},
        "target": {**known["target"], "load_balancer": BALANCER},
        "databases": [],
        "buckets": [],
        "checks": [],
        # The lab's own leads to the target already, and then nothing there would be touched.
        "front_door": {
            **known["front_door"],
            "service": f"{NAMESPACES[0]}/object-0000",
            "dns": {**known["front_door"]["dns"], "record": "bench.lab."},
        },
    }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / STEPS_FILE).write_text(json.dumps(timed_steps(planned_run(place, sys.argv[2]))))
