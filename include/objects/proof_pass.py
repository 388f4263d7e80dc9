"""Compare both listings of a bucket, and look at every object that was not compared before."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from include.objects.catalog import SIDES, Catalog, Row, Side
from include.objects.comparing import pairs, verdict, versions
from include.objects.differing import Difference, difference
from include.objects.documents import Journal
from include.objects.earlier import proved_before, proved_name, written_before
from include.objects.flow import run_bounded
from include.objects.jobs import COPIED, DIFFERENT, PROVED, WRITTEN, BucketRecord, store_errors
from include.objects.storage import THREADS, Entry
from include.objects.written import written_of
from include.progress import Progress

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

logger = logging.getLogger(__name__)

MOST_LISTED = 1000
YOUNG_SECONDS = 2
SUSPECT = "suspect"


@dataclass
class Findings:
    """Hold what a comparison found; of keys the first thousand of each kind.

    `source` and `target` are objects and bytes, without those that are left to the delta or kept. `known` were
    proved before and are unchanged.
    """

    source: tuple[int, int] = (0, 0)
    target: tuple[int, int] = (0, 0)
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    later: int = 0
    later_keys: list[str] = field(default_factory=list)
    kept: int = 0
    kept_keys: list[str] = field(default_factory=list)
    known: int = 0

    def leave(self, key: str) -> None:
        """Count a key that is left to the delta."""
        self.later += 1
        if len(self.later_keys) < MOST_LISTED:
            self.later_keys.append(key)

    def keep(self, key: str) -> None:
        """Count a key that the source removed and the target keeps."""
        self.kept += 1
        if len(self.kept_keys) < MOST_LISTED:
            self.kept_keys.append(key)

    def count(self, source: Entry | None, target: Entry | None) -> None:
        """Count a key on the sides that have it."""
        self.source = _plus(self.source, source)
        self.target = _plus(self.target, target)

    def differ(self, row: Difference) -> None:
        """Count an object that differs."""
        self.different += 1
        if len(self.differences) < MOST_LISTED:
            self.differences.append(row)


def compare(
    job: BucketJob, record: BucketRecord, catalog: Catalog, settled: Mapping[Side, datetime]
) -> Findings:
    """Return what differs between two listings, and remember in the ledger what does and what does not.

    :param settled: what `settled_until` has said before the listings were begun.
    """
    catalog.note(COPIED, job.read_rows(COPIED))
    catalog.note(WRITTEN, written_before(job))
    catalog.note(PROVED, proved_before(job))
    found = Findings()
    job.write_rows(DIFFERENT, ())
    with job.journal(DIFFERENT) as different:
        comparison = _Comparison(job, record, catalog, found, different)
        comparison.sort()
        comparison.look()
    catalog.note(DIFFERENT, job.read_rows(DIFFERENT))
    job.write_rows(proved_name(job), comparison.settled(settled))
    found.differences.sort(key=lambda row: str(row["object"]))
    return found


@dataclass
class _Comparison:
    """Compare two listings of one bucket."""

    job: BucketJob
    record: BucketRecord
    catalog: Catalog
    found: Findings
    different: Journal
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sort(self) -> None:
        """Sort all keys by what is to be done with them, and note those to look at."""
        self.catalog.note(SUSPECT, self._suspects())

    def look(self) -> None:
        """Look at both sides of every object that is not known to be equal."""
        count = sum(1 for _ in self.catalog.notes(SUSPECT))
        with Progress(count, 0, logger, noun="objects proved", record=self.job.record_progress) as progress:

            def prove(step: tuple[Entry, Entry, str | None]) -> None:
                source, target, written = step
                with store_errors(self.job, source.key):
                    row = difference(self.job.pair, source, target, written_of(written))
                if row:
                    self._differ(row)
                progress.add(items=1)

            run_bounded(prove, self._steps(), THREADS, name="proofs")

    def settled(self, until: Mapping[Side, datetime]) -> Iterator[Row]:
        """Yield the versions that need no second look in this run.

        Whatever changes an object's content, headers or metadata gives it a new date. Dates count seconds: the youngest
        objects of each side are looked at again, because they may have changed twice within one, unless that second was over by
        the store's clock when they were listed.
        """
        young = [_is_young(self.catalog.totals(side).newest, until[side]) for side in SIDES]
        for source, target in self._all():
            if source is None or target is None or young[0](source) or young[1](target):
                continue
            if self.catalog.noted(DIFFERENT, source.key) is None and not self._is_later(source, target):
                yield source.key, versions(source, target)

    def _all(self) -> Iterator[tuple[Entry | None, Entry | None]]:
        return pairs(self.catalog.entries("source"), self.catalog.entries("target"))

    def _suspects(self) -> Iterator[Row]:
        for source, target in self._all():
            if source is None:
                self._look_at_extra(target)
            elif self._is_later(source, target):
                self.found.leave(source.key)
            else:
                self.found.count(source, target)
                if target is None:
                    self._differ({"object": source.key, "what": "is missing on the target"})
                elif self.catalog.noted(PROVED, source.key) == versions(source, target):
                    self.found.known += 1
                else:
                    yield source.key, ""

    def _look_at_extra(self, target: Entry | None) -> None:
        key = target.key if target else ""
        is_ours = self.catalog.noted(COPIED, key) is not None
        if is_ours and not self.job.bucket.delete_extra:
            self.found.keep(key)
        elif is_ours and not self.record.final:
            self.found.leave(key)
        else:
            self.found.count(None, target)
            self._differ({"object": key, "what": "is on the target only"})

    def _is_later(self, source: Entry, target: Entry | None) -> bool:
        """Say whether the source wrote an object after its listing was copied.

        Dates count seconds: what was written in the second of the listing's youngest object may have come after the listing.
        """
        if self.record.final or verdict(source, target) == "equal" or self._is_copied(source, target):
            return False
        newest = self.record.newest_around(source.key)
        return newest is None or source.modified >= datetime.fromisoformat(newest)

    def _is_copied(self, source: Entry, target: Entry | None) -> bool:
        """Say whether both sides list what was read and what was written."""
        written = written_of(self.catalog.noted(WRITTEN, source.key))
        return (
            written is not None
            and target is not None
            and written.is_of(source)
            and written.is_held_by(target)
        )

    def _steps(self) -> Iterator[tuple[Entry, Entry, str | None]]:
        for key, _ in self.catalog.notes(SUSPECT):
            source, target = self.catalog.entry("source", key), self.catalog.entry("target", key)
            if source is not None and target is not None:
                yield source, target, self.catalog.noted(WRITTEN, key)

    def _differ(self, row: Difference) -> None:
        self.different.add(str(row["object"]), str(row["what"]))
        with self.lock:
            self.found.differ(row)


def _is_young(newest: datetime | None, settled: datetime) -> Callable[[Entry], bool]:
    limit = None if newest is None else max(newest - timedelta(seconds=YOUNG_SECONDS), settled)
    return lambda entry: limit is None or entry.modified >= limit


def _plus(amount: tuple[int, int], entry: Entry | None) -> tuple[int, int]:
    return amount if entry is None else (amount[0] + 1, amount[1] + entry.size)
