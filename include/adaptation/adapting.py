"""Adapt the planned objects and keep each difference in the ledger."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from include.adaptation.context import context_of
from include.adaptation.merge_patch import merge_patch
from include.adaptation.planned import PHASE, AdaptedObject, adapted_objects
from include.inventory.store import load_inventory
from include.ledger import safe_key
from include.planning.model import load_plan

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
FOLDER = "adaptation"


def adapt_objects(run: MigrationRun) -> int:
    """Write `adaptation/<key>` with rules, difference and hold of each planned object; return their number."""
    plan, inventory = load_plan(run.ledger), load_inventory(run.ledger)
    context = context_of(run, inventory)
    count = changed = 0
    started = time.monotonic()
    for one in adapted_objects(plan, inventory, context):
        _record(run, one, time.monotonic() - started)
        count += 1
        changed += bool(one.patch)
        started = time.monotonic()
    logger.info("Adapted %s of %s objects", changed, count)
    return count


def _record(run: MigrationRun, one: AdaptedObject, seconds: float) -> None:
    difference = merge_patch(one.original, one.adapted)
    document = {
        "key": one.item.key,
        "object": one.item.source,
        "rules": list(one.rules),
        "changes": [change.document(one.adapted["kind"]) for change in one.changes],
        "difference": difference,
        "hold": merge_patch(one.adapted, one.held),
    }
    run.ledger.write(f"{FOLDER}/{safe_key(one.item.key)}", document)
    record = one.item.record("adapted" if one.patch else "already_equal", seconds=seconds)
    run.ledger.record_item(PHASE, record)
