"""Give restored objects back their owners, under the uids that these have on the target.

Velero restores no owner references: an operator would not know its own objects again, and whoever deletes the owner would leave
them behind.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.errors import ObjectConflictError
from include.inventory.store import load_inventory
from include.labels import RESTORED
from include.ledger import safe_key
from include.velero.finding import find_restored

if TYPE_CHECKING:
    from include.clusters import ApiResource, Cluster
    from include.planning.model import PlanItem
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WORKERS = 8
FOLDER = "velero/owners"
NOT_MIGRATED = "its owner is not migrated"
NOT_THERE = "its owner is not on the target"

Manifest = dict[str, Any]
Served = dict[str, "ApiResource"]


@dataclass(frozen=True)
class Owned:
    """Hold a planned object with its owners on the source; an owner that is not migrated has no row."""

    row: PlanItem
    owners: list[tuple[Manifest, PlanItem | None]]


def link_owners(run: MigrationRun, rows: list[PlanItem], served: Served) -> int:
    """Write the owner references of restored objects anew, and note every one that is left out; return how many were written.

    Safe to repeat. What the target's own controllers have written stays.
    """
    found = owned_objects(rows, load_inventory(run.ledger).by_key)
    with ThreadPoolExecutor(WORKERS) as pool:
        written = sum(pool.map(lambda one: _link(run, served, one), found))
    if found:
        logger.info("Wrote %s owner references of %s owned objects, target cluster", written, len(found))
    return written


def owned_objects(rows: Iterable[PlanItem], objects: dict[str, Manifest]) -> list[Owned]:
    """Return the planned objects that have owners, by the inventory."""
    planned = {row.key: row for row in rows}
    keys = {obj["metadata"].get("uid"): key for key, obj in objects.items()}
    return [
        Owned(row, [(reference, planned.get(keys.get(reference.get("uid"), ""))) for reference in references])
        for row in planned.values()
        if (references := objects[row.key]["metadata"].get("ownerReferences"))
    ]


def _link(run: MigrationRun, served: Served, one: Owned) -> int:
    wanted, left_out = [], []
    for reference, row in one.owners:
        owner = find_restored(run.target, served, row) if row else None
        if owner is None:
            name = f"{reference['kind']} {reference['name']}"
            left_out.append({"owner": name, "reason": NOT_THERE if row else NOT_MIGRATED})
        else:
            wanted.append({**reference, "apiVersion": owner["apiVersion"], "uid": owner["metadata"]["uid"]})
    written = _write(run.target, served, one.row, wanted)
    run.ledger.write(
        f"{FOLDER}/{safe_key(one.row.key)}",
        {"object": one.row.source, "owners": [_named(row) for row in wanted], "left_out": left_out},
    )
    return written


def _write(target: Cluster, served: Served, row: PlanItem, wanted: list[Manifest]) -> int:
    """Add the references that the object lacks; return how many."""
    live = find_restored(target, served, row)
    if live is None or RESTORED not in (live["metadata"].get("labels") or {}):
        return 0
    present = live["metadata"].get("ownerReferences") or []
    missing = [one for one in wanted if _named(one) not in map(_named, present)]
    if not missing:
        return 0
    metadata = {
        "resourceVersion": live["metadata"].get("resourceVersion"),
        "ownerReferences": [*present, *missing],
    }
    path = served[str(row.details["resource"])].path(row.details.get("namespace"), row.details["name"])
    try:
        target.patch(path, {"metadata": metadata})
    except ObjectConflictError:
        # Somebody else wrote to it meanwhile: what it looks like now is looked at again.
        return _write(target, served, row, wanted)
    return len(missing)


def _named(reference: Manifest) -> str:
    return f"{reference['kind']} {reference['name']}"
