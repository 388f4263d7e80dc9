"""Prove that a target database has what was copied into it."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.databases.fingerprint import Fingerprint, detail_rows, differences, told_definers
from include.databases.followers import FORWARD, noted
from include.databases.jobs import PHASE, CopyRecord, DatabaseJob, open_job
from include.databases.server_errors import server_errors
from include.errors import PermanentError, ProofError
from include.ledger import Proof, safe_key
from include.planning.model import load_plan
from include.proofs import gather_proofs, settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun


def prove_database(run: MigrationRun, key: str) -> Proof:
    """Compare a target database with its source, table by table, and record the proof.

    While the source takes writes, the target is compared with the source's snapshot that was copied. After the delta
    it is compared with the source as it is now. After a hand-over of an earlier run the source is compared with what was
    proved then, because the target has rows of its own.

    :raises ProofError: when anything differs; the document `proofs-detail/<key>` has every table.
    """
    job = open_job(run, key)
    record = job.read_record()
    if record is None:
        raise PermanentError(f"{job.label}: was not copied in this run; run the copy first")
    known = _proof_before_following(job, record)
    if known is not None:
        return known
    with server_errors(job):
        if record.handed_over is not None:
            return _settle(job, *_unchanged_since(job, record))
        source, target = _both(job, record)
    return _prove(job, record, source, target)


def prove_seen(job: DatabaseJob, source: Fingerprint, target: Fingerprint) -> Proof:
    """Record the proof that the last copy has found by itself: both sides as they were after the writers had stopped.

    :raises ProofError: when anything differs.
    """
    record = job.read_record()
    if record is None or not record.final:
        raise PermanentError(f"{job.label}: its last copy ran beside its writers; copy the delta first")
    return _prove(job, record, source, target)


def _prove(job: DatabaseJob, record: CopyRecord, source: Fingerprint, target: Fingerprint) -> Proof:
    key = job.item.key
    detail = {"key": key, "tables": detail_rows(source, target), "definers": target.definers}
    job.run.ledger.write(f"proofs-detail/{safe_key(key)}", detail)
    return _settle(job, *_compare(job, record, source, target))


def _settle(job: DatabaseJob, proof: Proof, problem: str) -> Proof:
    left = settle_proof(job.run, PHASE, job.item.key, proof, problem)
    if left:
        raise ProofError([left], "databases differ")
    return proof


def _proof_before_following(job: DatabaseJob, record: CopyRecord) -> Proof | None:
    """Return the proof of the warm copy when its rows have moved on by right since."""
    if record.final or not (noted(job, FORWARD) or {}).get("begun"):
        return None
    known = job.run.ledger.proofs(PHASE).get(job.item.key)
    return known if known is not None and known.equal else None


def _both(job: DatabaseJob, record: CopyRecord) -> tuple[Fingerprint, Fingerprint]:
    with ThreadPoolExecutor(2) as pool:
        target = pool.submit(job.engine.target_fingerprint)
        source = record.fingerprint
        if record.final:
            with job.engine.snapshot() as snapshot:
                source = snapshot.fingerprint()
        return source, target.result()


def _compare(
    job: DatabaseJob, record: CopyRecord, source: Fingerprint, target: Fingerprint
) -> tuple[Proof, str]:
    found = differences(source, target)
    moment = "now, writers standing still" if record.final else f"in the snapshot copied until {record.at}"
    proof = Proof(
        method=f"rows and order-free hash of {len(source.tables)} tables, sequences, large objects, definitions and "
        f"roles, computed by both servers; source {moment}{told_definers(target)}",
        source=source.summary(),
        target=target.summary(),
        equal=found.is_none,
    )
    return proof, f"{job.label}: differs in {found.text()}; copy it again"


def _unchanged_since(job: DatabaseJob, record: CopyRecord) -> tuple[Proof, str]:
    with job.engine.snapshot() as snapshot:
        digest = snapshot.fingerprint().digest
    is_there = job.engine.target_exists() and not job.engine.target_is_empty()
    proof = Proof(
        method=f"the source is as it was when the target took over at {record.handed_over}; it was proved equal then",
        source=digest,
        target=record.handed_over_digest if is_there else None,
        equal=is_there and digest == record.handed_over_digest,
    )
    return (
        proof,
        f"{job.label}: the source was written to after the target took over; settle by hand which is right",
    )


def prove_databases(run: MigrationRun, proved: Collection[str] = ()) -> int:
    """Prove every planned database; return how many there are.

    :param proved: keys of those that the last copy has proved.
    :raises ProofError: with all that differ.
    """
    keys = [row.key for row in load_plan(run.ledger).items(PHASE, "database")]
    left = [key for key in keys if key not in proved]
    gather_proofs(lambda key: prove_database(run, key), left, "databases differ")
    return len(keys)
