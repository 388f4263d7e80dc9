"""Plan runs of many objects, as large estates have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from include.inventory.store import save_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from tests.builders.objects import deployment, inventory, make
from tests.builders.runs import run as lab_run

NAMESPACES = ("shop", "warehouse")
TEXT = "x" * 1500


def many_objects(count: int) -> Iterator[dict[str, Any]]:
    """Yield this many ConfigMaps and Deployments, half of each, in two namespaces; none is changed by an adaptation but by the hold."""
    for number in range(count // 2):
        metadata = {"namespace": NAMESPACES[number % 2]}
        name = f"object-{number:05d}"
        yield make("v1", "ConfigMap", name, metadata=metadata, data={"settings": TEXT})
        yield deployment(name, metadata=metadata)


def large_run(folder: Path, count: int) -> MigrationRun:
    """Return a run with the inventory and the plan of this many objects."""
    run = lab_run(folder)
    kept = inventory(*many_objects(count), namespaces=list(NAMESPACES), registries=[])
    save_inventory(run.ledger, kept)
    rows = sorted(object_rows(kept), key=lambda row: (row.phase, row.key))
    save_plan(run.ledger, Plan(items=rows))
    return run
