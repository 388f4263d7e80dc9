"""Make one pass over a bucket: copy what differs, remove what the source removed."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.ledger import Action
from include.objects.catalog import Catalog
from include.objects.deciding import Amount, Step, decide, steps
from include.objects.differing import difference
from include.objects.documents import Journal
from include.objects.flow import run_bounded
from include.objects.jobs import WRITTEN, store_errors
from include.objects.storage import THREADS, Entry
from include.progress import Progress

if TYPE_CHECKING:
    from include.objects.jobs import BucketJob

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Moved:
    """Count what a copy moved."""

    objects: int = 0
    bytes: int = 0
    removed: int = 0

    @property
    def action(self) -> Action:
        """Return what was done with a bucket of which this was moved."""
        return "copied" if self.objects or self.removed else "already_equal"

    def __add__(self, other: Moved) -> Moved:
        """Return the sum."""
        return Moved(self.objects + other.objects, self.bytes + other.bytes, self.removed + other.removed)


def run_pass(job: BucketJob, catalog: Catalog) -> Moved:
    """Do what the catalog's listings make necessary, in threads; return what moved."""
    amount = decide(job, catalog)
    with (
        job.journal(WRITTEN) as journal,
        Progress(amount.items, amount.bytes, logger, noun="objects", record=job.record_progress) as progress,
    ):
        work = _Pass(job, journal, progress)
        run_bounded(work.do, steps(catalog), THREADS, name="objects")
    _tell(job, work.moved, amount)
    return work.moved


@dataclass
class _Pass:
    """Do the steps of a pass; safe to call from many threads."""

    job: BucketJob
    journal: Journal
    progress: Progress
    moved: Moved = Moved()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def do(self, step: Step) -> None:
        """Do one step."""
        entry = step.source or step.target
        with store_errors(self.job, entry.key if entry else ""):
            done = self._act(step)
        with self.lock:
            self.moved += done
        self.progress.add(items=1, size=step.source.size if step.source else 0)

    def _act(self, step: Step) -> Moved:
        if step.source is None:
            return self._remove(step.target)
        is_different = step.is_sure or step.target is None or self._differs(step)
        return self._copy(step.source) if is_different else Moved()

    def _remove(self, target: Entry | None) -> Moved:
        if target is not None:
            self.job.pair.delete(target.key)
        return Moved(removed=1)

    def _differs(self, step: Step) -> bool:
        """Look at contents and attributes where listings cannot tell."""
        if step.source is None or step.target is None:
            return True
        return difference(self.job.pair, step.source, step.target, step.written) is not None

    def _copy(self, source: Entry) -> Moved:
        copied = self.job.pair.copy(source)
        if copied.written is not None:
            self.journal.add(source.key, copied.written.text())
        return Moved(objects=1, bytes=copied.size)


def _tell(job: BucketJob, moved: Moved, amount: Amount) -> None:
    logger.info(
        "%s: copied %s objects, removed %s, %s were equal",
        job.label,
        moved.objects,
        moved.removed,
        amount.equal,
    )
