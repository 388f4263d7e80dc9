"""Prove every object of a bucket: key, size, whole-object hash and what it carries."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from include.engines import run_side_by_side
from include.errors import PermanentError, ProofError
from include.ledger import Proof, safe_key
from include.objects.comparing import Entries, compare_listings
from include.objects.copying import both_listings
from include.objects.differing import Difference, difference
from include.objects.jobs import PHASE, BucketJob, BucketRecord, open_job, store_errors
from include.objects.storage import THREADS, listing, listing_digest
from include.planning.model import load_plan
from include.progress import Progress
from include.proofs import gather_proofs, settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

METHOD = (
    "keys, sizes, whole-object hashes, headers, metadata and tags of {count} objects, read from both stores"
)
MOST_NAMED = 5
YOUNG_SECONDS = 2


def prove_bucket(run: MigrationRun, key: str) -> Proof:
    """Compare every object of a bucket on both sides and record the proof.

    Objects that this run compared before and that have kept their dates on both sides are not asked for again. The MD5 that
    is the ETag of an object counts as its hash; where ETags differ, both contents are read. Objects that
    the source changed or removed after the last copy are left to the delta; after the delta none is.

    :raises ProofError: when anything differs; the document `proofs-detail/<key>` names each object.
    """
    job = open_job(run, key)
    record = job.read_record()
    if record is None:
        raise PermanentError(f"{job.label}: was not copied in this run; run the copy first")
    with store_errors(job):
        if record.handed_over is not None:
            proof, problem = _unchanged_since(job, record)
        else:
            proof, problem = _compare(job, record)
    left = settle_proof(run, PHASE, key, proof, problem)
    if left:
        raise ProofError([left], "buckets differ")
    return proof


def _compare(job: BucketJob, record: BucketRecord) -> tuple[Proof, str]:
    source, target = both_listings(job)
    later = set() if record.final else _changed_since(job, record, source, target)
    source = {key: entry for key, entry in source.items() if key not in later}
    target = {key: entry for key, entry in target.items() if key not in later}
    known = job.read_proved()
    suspects = {key for key in source if key in target and known.get(key) != _versions(source, target, key)}
    found = _differences(job, source, target, suspects)
    job.write_proved(_settled(source, target, {str(row["object"]) for row in found}))
    document = {"key": job.item.key, "differences": found, "left_to_the_delta": sorted(later)}
    job.run.ledger.write(f"proofs-detail/{safe_key(job.item.key)}", document)
    names = ", ".join(str(row["object"]) for row in found[:MOST_NAMED])
    method = METHOD.format(count=len(source))
    proof = Proof(
        method=f"{method}; {len(later)} changed since and are left to the delta" if later else method,
        source=_summary(source),
        target=_summary(target),
        equal=not found,
    )
    return proof, f"{job.label}: {len(found)} objects differ ({names}); copy it again"


def _differences(job: BucketJob, source: Entries, target: Entries, suspects: set[str]) -> list[Difference]:
    found = compare_listings(source, target)
    rows: list[Difference] = [{"object": key, "what": "is on the target only"} for key in found.extra]
    missing = set(source) - set(target)
    rows += [{"object": key, "what": "is missing on the target"} for key in sorted(missing)]
    with Progress(len(suspects), 0, logger, noun="objects proved") as progress:

        def prove(key: str) -> Difference | None:
            with store_errors(job, key):
                row = difference(job.pair, source[key], target[key])
            progress.add(items=1)
            return row

        rows += [row for row in run_side_by_side(prove, sorted(suspects), THREADS, name="proofs") if row]
    return rows


def _settled(source: Entries, target: Entries, different: set[str]) -> dict[str, str]:
    """Return the versions that need no second look in this run.

    Whatever changes an object's content, headers or metadata gives it a new date. Dates count seconds: the youngest
    objects of each side are looked at again, because they may have changed twice within one.
    """
    young = [_young(entries) for entries in (source, target)]
    keys = (set(source) & set(target)) - different - young[0] - young[1]
    return {key: _versions(source, target, key) for key in keys}


def _young(entries: Entries) -> set[str]:
    newest = max((entry.modified for entry in entries.values()), default=None)
    if newest is None:
        return set()
    limit = newest - timedelta(seconds=YOUNG_SECONDS)
    return {key for key, entry in entries.items() if entry.modified >= limit}


def _versions(source: Entries, target: Entries, key: str) -> str:
    sides = (source[key], target[key])
    return " ".join(f"{entry.etag} {entry.modified.isoformat()}" for entry in sides)


def _changed_since(job: BucketJob, record: BucketRecord, source: Entries, target: Entries) -> set[str]:
    """Return the keys that the source wrote or removed after its listing was copied.

    Dates count seconds: what was written in the second of the listing's youngest object may have come after the listing.
    """
    newest = datetime.fromisoformat(record.newest) if record.newest else None
    found = compare_listings(source, target)
    suspects = {*found.copy, *found.look_closer}
    written = {key for key in suspects if newest is None or source[key].modified >= newest}
    return written | (set(found.extra) & job.copied_keys())


def _unchanged_since(job: BucketJob, record: BucketRecord) -> tuple[Proof, str]:
    digest = listing_digest(listing(job.pair.source, job.pair.source_bucket))
    proof = Proof(
        method=f"the source's listing is as it was when the target took over at {record.handed_over}; "
        "it was proved equal then",
        source=digest,
        target=record.digest,
        equal=digest == record.digest,
    )
    return (
        proof,
        f"{job.label}: the source was written to after the target took over; settle by hand which is right",
    )


def _summary(entries: Entries) -> dict[str, Any]:
    """Leave ETags out of the sum: they may differ where contents are equal."""
    return {"objects": len(entries), "bytes": sum(entry.size for entry in entries.values())}


def prove_buckets(run: MigrationRun) -> int:
    """Prove every planned bucket; return how many there are.

    :raises ProofError: with all that differ.
    """
    rows = load_plan(run.ledger).items(PHASE, "bucket")
    return gather_proofs(lambda key: prove_bucket(run, key), [row.key for row in rows], "buckets differ")
