"""Carry what was written into a target bucket back to its source when a cutover is undone, while nobody writes on either side."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.errors import MigrationError, PermanentError, ProofError
from include.ledger import Action, Proof, safe_key
from include.ledger.records import now
from include.objects.catalog import Row, listing_digest, open_catalog
from include.objects.copy_pass import Moved, run_pass
from include.objects.copying import bucket_record
from include.objects.deciding import copied_keys
from include.objects.earlier import proved_name
from include.objects.jobs import COPIED, PHASE, BucketJob, open_job, store_errors
from include.objects.listing import list_into
from include.objects.one_store import OneStore
from include.objects.proof_pass import Findings, compare
from include.objects.store_clock import settled_until
from include.objects.transfer import BucketPair
from include.planning.model import load_plan
from include.turning_back import PHASE as BACK_PHASE
from include.turning_back import settle_back

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

FOLDER = "buckets-back"
LEFT = "left-behind"
THREADS = 4
METHOD = "keys, sizes, whole-object hashes, headers, metadata and tags of {count} objects, both sides standing still"
# Through the S3 API of whatever store the source is, these stay what they are.
CLASSES = {"WARM": "WARM", "COLD": "COLD"}


@dataclass(frozen=True)
class BackJob(BucketJob):
    """Be the job of a bucket turned around: `pair` leads from the target to the source, the ledger has a folder of its own."""

    @property
    def folder(self) -> str:
        """Return where the ledger keeps what the way back does."""
        return f"{FOLDER}/{safe_key(self.item.key)}"

    @property
    def place(self) -> str:
        """Name the bucket with the stores that it comes back from and to."""
        return f"bucket {self.bucket.name}, back from {self.item.target} to {self.item.source}"

    def record_progress(self, document: dict[str, object]) -> None:
        """Record how far a pass is."""
        self.run.ledger.record_progress(BACK_PHASE, self.item.key, document)


def bring_back_buckets(run: MigrationRun, *, leaves_behind: bool = False) -> list[str]:
    """Bring changed and new objects back, and remove what was removed on the target; prove it; return what was left behind.

    :param leaves_behind: go on without a target that does not answer: what was written there stays, and is told.
    :raises ProofError: when a bucket differs afterwards.
    """
    found = run_side_by_side(
        lambda job: _settle(job, leaves_behind=leaves_behind), _jobs(run), THREADS, name="buckets"
    )
    return [text for text in found if text]


def find_written_buckets(run: MigrationRun) -> list[str]:
    """Return a text for each source bucket whose listing is another than at the hand-over; one that is being brought back is not."""
    found = run_side_by_side(_find_written, _jobs(run), THREADS, name="buckets")
    return [text for text in found if text]


def renew_handovers(run: MigrationRun) -> int:
    """Let the target buckets that were brought back go on: later runs compare the source with what it has now."""
    jobs = [job for job in _jobs(run) if run.ledger.exists(f"{turned_job(job).folder}/copy")]
    for job in jobs:
        with store_errors(job):
            job.write_handover(_source_digest(job))
        run.ledger.remove(f"{turned_job(job).folder}/copy")
    return len(jobs)


def is_left_behind(job: BucketJob) -> bool:
    """Say whether the target alone has what was written there since the switch."""
    return job.run.ledger.exists(_left_name(job))


def turned_job(job: BucketJob) -> BackJob:
    """Return the job that leads from the target to the source."""
    pair = job.pair
    places = pair.target, pair.target_bucket, pair.source, pair.source_bucket
    one_store = OneStore(pair.source, pair.target_bucket, pair.source_bucket) if pair.one_store else None
    turned = BucketPair(*places, CLASSES, pair.throttle, one_store)
    return BackJob(job.run, job.item, job.bucket, turned)


def _settle(job: BucketJob, *, leaves_behind: bool) -> str | None:
    if is_left_behind(job):
        return str(job.run.ledger.read(_left_name(job))["text"])
    try:
        _bring_back(job)
    except ProofError:
        raise
    except MigrationError as error:
        if not leaves_behind:
            raise
        return _leave_behind(job, error)
    return None


def _leave_behind(job: BucketJob, error: MigrationError) -> str:
    text = f"{job.label}: what was written into the target since the switch stays there: {error}"
    job.run.ledger.write(_left_name(job), {"at": now(), "text": text})
    proof = Proof(method="objects of the target brought back", source="some", target="none", equal=False)
    settle_back(job.run, job.item, proof, text, action="failed", seconds=0.0)
    logger.error("%s", text)
    return text


def _bring_back(job: BucketJob) -> None:
    started = time.monotonic()
    with store_errors(job):
        _refuse_other_bucket(job)
        back = turned_job(job)
        _take_over_notes(job, back)
        moved = _pass(back)
        found = _compare(back)
    _prove(job, found, moved, time.monotonic() - started)


def _refuse_other_bucket(job: BucketJob) -> None:
    """What the target lacks is removed from the source: so it has to be the bucket that was handed over.

    :raises PermanentError: when it is not.
    """
    if job.read_handover() is None:
        raise PermanentError(
            f"{job.label}: the target bucket has no note of this migration's hand-over any more; whatever it lacks would be removed "
            "from the source; compare both by hand"
        )


def _take_over_notes(job: BucketJob, back: BackJob) -> None:
    """Have the way back know what the copy knew: which keys were carried over, and which versions were equal."""
    if back.read_record() is None and not job.run.ledger.list(f"{back.folder}/{COPIED}"):
        back.write_rows(proved_name(back), _turned(job.read_rows(proved_name(job))))
        back.write_rows(COPIED, job.read_rows(COPIED))


def _turned(rows: Iterator[Row]) -> Iterator[Row]:
    for key, text in rows:
        etag, moment, other_etag, other_moment = text.split(" ")
        yield key, f"{other_etag} {other_moment} {etag} {moment}"


def _pass(back: BackJob) -> Moved:
    with open_catalog() as catalog:
        list_into(catalog, back.places())
        moved = run_pass(back, catalog)
        back.write_rows(COPIED, copied_keys(catalog, keeps_removed=not back.bucket.delete_extra))
        back.write_record(bucket_record(back, catalog, final=True))
    return moved


def _compare(back: BackJob) -> Findings:
    record = back.read_record()
    if record is None:
        raise PermanentError(f"{back.label}: was not brought back in this run")
    with open_catalog() as catalog:
        settled = settled_until(back.places())
        list_into(catalog, back.places())
        return compare(back, record, catalog, settled)


def _prove(job: BucketJob, found: Findings, moved: Moved, seconds: float) -> None:
    sides = [{"objects": objects, "bytes": size} for objects, size in (found.source, found.target)]
    proof = Proof(
        method=METHOD.format(count=found.source[0]),
        source=sides[0],
        target=sides[1],
        equal=not found.different,
    )
    names = ", ".join(str(row["object"]) for row in found.differences[:5])
    problem = f"{job.label}: brought back, {found.different} objects differ ({names})"
    action: Action = "copied" if moved.objects or moved.removed else "already_equal"
    left = settle_back(job.run, job.item, proof, problem, action=action, seconds=seconds, size=moved.bytes)
    if left:
        raise ProofError([left], "buckets differ")


def _find_written(job: BucketJob) -> str | None:
    if job.run.ledger.list(turned_job(job).folder):
        return None
    with store_errors(job):
        handover = job.read_handover()
        if handover is None or handover["digest"] == _source_digest(job):
            return None
    return (
        f"{job.label}, source {job.item.source}: was written to since the target took over at {handover['moment']}; find out by whom, "
        "and settle by hand which side is right"
    )


def _source_digest(job: BucketJob) -> str:
    with open_catalog() as catalog:
        list_into(catalog, {"source": job.places()["source"]})
        return listing_digest(catalog.entries("source"))


def _jobs(run: MigrationRun) -> list[BucketJob]:
    return [open_job(run, item.key) for item in load_plan(run.ledger).items(PHASE, "bucket")]


def _left_name(job: BucketJob) -> str:
    return f"{FOLDER}/{safe_key(job.item.key)}/{LEFT}"
