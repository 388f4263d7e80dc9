"""Prove every object of a bucket: key, size, whole-object hash and what it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.errors import PermanentError, ProofError
from include.ledger import Proof, safe_key
from include.objects.catalog import listing_digest, open_catalog
from include.objects.jobs import PHASE, BucketJob, BucketRecord, open_job, store_errors
from include.objects.listing import list_into
from include.objects.pieces import joined_record
from include.objects.proof_pass import Findings, compare
from include.objects.recreating import recreate_settings
from include.objects.store_clock import settled_until
from include.planning.model import load_plan
from include.proofs import gather_proofs, settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun

METHOD = (
    "keys, sizes, whole-object hashes, headers, metadata and tags of {count} objects; what this run or the last one copied was "
    "hashed on its way and checked by the target's server, all else read from both stores"
)
MOST_NAMED = 5


def prove_bucket(run: MigrationRun, key: str) -> Proof:
    """Compare every object of a bucket on both sides and record the proof.

    Objects that this run or the last one compared and that have kept their dates on both sides are not asked for again. ETags that
    are equal count as equal hashes; else the SHA-256 that the copy made on the way does, and contents are read only where this
    run and the last one did not copy them. Objects that the source changed or removed after the last copy are left to the delta; after the
    delta none is.

    :raises ProofError: when anything differs; the document `proofs-detail/<key>` names the first thousand objects.
    """
    job = open_job(run, key)
    record = joined_record(job)
    if record is None:
        raise PermanentError(f"{job.label}: was not copied in this run; run the copy first")
    with store_errors(job):
        if record.handed_over is not None:
            proof, problem = _unchanged_since(job, record)
        else:
            proof, problem = _compared(job, record)
    left = settle_proof(run, PHASE, key, proof, problem)
    if left:
        raise ProofError([left], "buckets differ")
    return proof


def prove_buckets(run: MigrationRun) -> int:
    """Prove every planned bucket, its settings first; return how many there are.

    :raises ProofError: with all that differ.
    """
    recreate_settings(run)
    rows = load_plan(run.ledger).items(PHASE, "bucket")
    return gather_proofs(lambda key: prove_bucket(run, key), [row.key for row in rows], "buckets differ")


def _compared(job: BucketJob, record: BucketRecord) -> tuple[Proof, str]:
    with open_catalog() as catalog:
        settled = settled_until(job.places())
        list_into(catalog, job.places())
        found = compare(job, record, catalog, settled)
    document = {
        "key": job.item.key,
        "different": found.different,
        "differences": found.differences,
        "left_to_the_delta": found.later_keys,
        "kept": found.kept_keys,
    }
    job.run.ledger.write(f"proofs-detail/{safe_key(job.item.key)}", document)
    proof = Proof(
        method=_method(found), source=_sum(found.source), target=_sum(found.target), equal=not found.different
    )
    names = ", ".join(str(row["object"]) for row in found.differences[:MOST_NAMED])
    return proof, f"{job.label}: {found.different} objects differ ({names}); copy it again"


def _method(found: Findings) -> str:
    method = METHOD.format(count=found.source[0])
    if found.later:
        method += f"; {found.later} changed since and are left to the delta"
    if found.known:
        method += f"; {found.known} have the dates on both sides with which they were proved before, and were not asked for again"
    if found.kept:
        method += f"; {found.kept} that the source removed are kept on the target"
    return method


def _sum(amount: tuple[int, int]) -> dict[str, Any]:
    """Leave ETags out of the sum: they may differ where contents are equal."""
    return {"objects": amount[0], "bytes": amount[1]}


def _unchanged_since(job: BucketJob, record: BucketRecord) -> tuple[Proof, str]:
    with open_catalog() as catalog:
        list_into(catalog, {"source": job.places()["source"]})
        digest = listing_digest(catalog.entries("source"))
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
