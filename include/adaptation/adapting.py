"""Adapt the planned objects and keep each difference in the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.adaptation.merge_patch import merge_patch
from include.adaptation.planned import PHASE, AdaptedObject, adapted_plan
from include.batches import in_batches
from include.ledger import safe_key

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
FOLDER = "adaptation"
# Writing waits for the disk, adapting for a processor: a few hundred at a time are in memory.
WRITERS = 8


def adapt_objects(run: MigrationRun) -> int:
    """Write `adaptation/<key>` with rules, difference and hold of each planned object; return their number."""
    count = changed = 0
    timed = _timed(adapted_plan(run))
    with ThreadPoolExecutor(WRITERS) as pool:
        for batch in in_batches(timed):
            changes = list(pool.map(lambda entry: _record(run, *entry), batch))
            count, changed = count + len(changes), changed + sum(changes)
    logger.info("Adapted %s of %s objects", changed, count)
    return count


def _timed(objects: Iterable[AdaptedObject]) -> Iterator[tuple[AdaptedObject, float]]:
    """Yield each object with the seconds that its adaptation took."""
    started = time.monotonic()
    for one in objects:
        yield one, time.monotonic() - started
        started = time.monotonic()


def _record(run: MigrationRun, one: AdaptedObject, seconds: float) -> bool:
    """Write one object down; say whether it changes."""
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
    is_changed = bool(one.patch)
    record = one.item.record("adapted" if is_changed else "already_equal", seconds=seconds)
    run.ledger.record_item(PHASE, record)
    return is_changed
