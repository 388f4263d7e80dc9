"""Take over what an earlier run of the same migration has proved, as long as both sides still list it so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.ledger.finding import other_runs
from include.objects.census import taken_census
from include.objects.jobs import PROVED, WRITTEN

if TYPE_CHECKING:
    from include.ledger.storage import DocumentFolder
    from include.objects.documents import Row
    from include.objects.jobs import BucketJob


def proved_name(job: BucketJob) -> str:
    """Return under which name proofs of these two buckets, with these storage classes, are remembered in every run."""
    sides = [job.item.source, job.item.target, dict(job.pair.classes)]
    return f"{PROVED}-{hashlib.sha256(json.dumps(sides, sort_keys=True).encode()).hexdigest()[:16]}"


def proved_before(job: BucketJob) -> Iterator[Row]:
    """Yield the versions that were proved equal: by this run, else by the last one that did.

    A store gives an object a new date with whatever changes but its tags. Where a sample of the source has any, an earlier
    run's proofs do not count.
    """
    own = job.read_rows(proved_name(job))
    first = next(own, None)
    if first is None:
        yield from _rows_of_last_run(job, proved_name(job))
    else:
        yield first
        yield from own


def written_before(job: BucketJob) -> Iterator[Row]:
    """Yield what was written, by the last run that proved this bucket and then by this one: later rows replace earlier ones."""
    yield from _rows_of_last_run(job, WRITTEN)
    yield from job.read_rows(WRITTEN)


def _rows_of_last_run(job: BucketJob, name: str) -> Iterator[Row]:
    last = None if _may_have_tags(job) else _last_run(job)
    if last is None:
        return
    for document in last.names(f"{job.folder}/{name}"):
        rows = json.loads(last.get(document))["objects"].items()
        yield from (row for row in rows if job.keys.holds(row[0]))


def _may_have_tags(job: BucketJob) -> bool:
    census = taken_census(job.run.ledger, job.bucket)
    return census is None or census.tagged > 0


def _last_run(job: BucketJob) -> DocumentFolder | None:
    """Return the run that copied last, of those that have proved these two buckets."""
    proofs = f"{job.folder}/{proved_name(job)}"
    runs = (run for run in other_runs(job.run.ledger) if run.names(proofs))
    return max(runs, key=lambda run: _copied_at(run, f"{job.folder}/copy"), default=None)


def _copied_at(run: DocumentFolder, name: str) -> str:
    return str(json.loads(run.get(name))["at"]) if run.has(name) else ""
