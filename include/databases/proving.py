"""Prove that a target database has what was copied into it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from include.databases.fingerprint import Fingerprint, detail_rows, differences
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
    if record.handed_over is not None:
        with server_errors(job):
            proof, problem = _unchanged_since(job, record)
    else:
        with server_errors(job):
            source, target = _both(job, record)
        proof, problem = _compare(job, record, source, target)
        run.ledger.write(
            f"proofs-detail/{safe_key(key)}", {"key": key, "tables": detail_rows(source, target)}
        )
    left = settle_proof(run, PHASE, key, proof, problem)
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
        f"roles, computed by both servers; source {moment}",
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


def prove_databases(run: MigrationRun) -> int:
    """Prove every planned database; return how many there are.

    :raises ProofError: with all that differ.
    """
    rows = load_plan(run.ledger).items(PHASE, "database")
    return gather_proofs(lambda key: prove_database(run, key), [row.key for row in rows], "databases differ")
