"""Have the record's old answers ended by the time of the switch: its TTL is lowered ahead, and given back afterwards."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from include.cutover.record import read_record, record_settings, write_record
from include.progress import readable_seconds
from include.zones import RecordSet

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

DOCUMENT = "cutover/ttl"
# Beyond that an approval would have gone stale; who has such a TTL lowers it days before.
LONGEST_WAIT_SECONDS = 3600.0
SECONDS_BETWEEN_LINES = 10.0


def lower_ttl(run: MigrationRun, sleep: Callable[[float], None] = time.sleep) -> float:
    """Lower the TTL of the front door's record to the definition's, and wait until answers with the old one have ended.

    Returns the seconds it was higher by; what it was is remembered, and a repeat waits for the rest of the time only. One of more
    than an hour is not waited for: it is told, and customers may stay on the source that long. An address that stays has none.
    """
    if run.definition.front_door.dns is None:
        return 0.0
    records, settings = read_record(run), record_settings(run)
    old = max((one.ttl for one in records), default=0)
    if old > settings.ttl_seconds:
        run.ledger.write(DOCUMENT, {"before": old, "lowered": time.time(), "restored": False})
        write_record(run, [replace(one, ttl=settings.ttl_seconds) for one in records])
        logger.info("%s: TTL lowered from %s to %s s", settings.record, old, settings.ttl_seconds)
    if not _is_lowered(run):
        return 0.0
    noted = run.ledger.read(DOCUMENT)
    _await_end(settings.record, float(noted["lowered"]) + float(noted["before"]), sleep)
    return float(noted["before"] - settings.ttl_seconds)


def restore_ttl(run: MigrationRun) -> bool:
    """Give the record the TTL it had, wherever it leads now; say whether there was one to give back."""
    if not _is_lowered(run):
        return False
    noted = run.ledger.read(DOCUMENT)
    records: list[RecordSet] = [replace(one, ttl=int(noted["before"])) for one in read_record(run)]
    if records:
        write_record(run, records)
    run.ledger.write(DOCUMENT, {**noted, "restored": True})
    logger.info("%s: has its TTL of %s s again", run.definition.front_door.name, noted["before"])
    return True


def _is_lowered(run: MigrationRun) -> bool:
    return run.ledger.exists(DOCUMENT) and not run.ledger.read(DOCUMENT)["restored"]


def _await_end(record: str, ends: float, sleep: Callable[[float], None]) -> None:
    left = ends - time.time()
    if left > LONGEST_WAIT_SECONDS:
        logger.warning(
            "%s: old answers of the DNS end in %s only; customers who have one stay on the source that long",
            record,
            readable_seconds(left),
        )
        return
    while (left := ends - time.time()) > 0:
        logger.info(
            "%s: old answers of the DNS end in %s; nothing is stopped until then",
            record,
            readable_seconds(left),
        )
        sleep(min(left, SECONDS_BETWEEN_LINES))
