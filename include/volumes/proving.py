"""Prove that volumes arrived: the whole file tree of both sides, or before the cutover the snapshot against the target."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from include.cutover.quiescing import is_quiesced
from include.errors import LedgerError, ProofError
from include.ledger import Proof
from include.planning.model import PlanItem
from include.proofs import settle_proof
from include.volumes.copying import PHASE, copied_document, volume_rows
from include.volumes.names import claim_of
from include.volumes.repository import read_delivered, write_delivered

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

WARM_METHOD = "restic snapshot read back from the target (before the cutover)"
_COUNTED = "names, rights, owners, times, sizes, links, content"
SNAPSHOT_METHOD = f"hash of the whole file tree of a snapshot (before the cutover): {_COUNTED}"
FINAL_METHOD = f"hash of the whole file tree: {_COUNTED}"
DELIVERED_METHOD = "hash of the source's file tree, unchanged since it was delivered and proved"

Document = dict[str, Any]


def prove_volumes(run: MigrationRun, keys: Iterable[str] | None = None) -> int:
    """Record a proof for each of these volumes, from what its movers saw; return how many there are.

    :raises ProofError: with every volume that did not arrive equal, or was not copied since the quiesce.
    """
    rows = volume_rows(run, keys)
    problems = [problem for row in rows if (problem := _prove(run, row))]
    if problems:
        raise ProofError(problems, "volumes did not arrive equal")
    logger.info("%s volumes are proved", len(rows))
    return len(rows)


def volume_proof(copied: Document, delivered: Document | None) -> Proof:
    """Return the proof that follows from the last copy of a volume.

    :param delivered: what an earlier run delivered, for a copy that only looked at the source.
    """
    if copied["stage"] == "delivered":
        known = (delivered or {}).get("tree")
        return Proof(
            method=DELIVERED_METHOD,
            source=copied["source_tree"],
            target=known,
            equal=known is not None and known == copied["source_tree"],
        )
    if copied["stage"] == "final" or copied.get("frozen"):
        source, target = copied["source_tree"], copied["target_tree"]
        method = FINAL_METHOD if copied["stage"] == "final" else SNAPSHOT_METHOD
        return Proof(
            method=tree_method(method, has_attributes=bool(copied.get("attributes"))),
            source=source,
            target=target,
            equal=source == target,
        )
    wanted = {
        "snapshot": copied["snapshot"][:8],
        "files": copied["backup"].get("total_files_processed", 0),
        "bytes": copied["restore_size"],
    }
    restored = copied["restore"]
    seen = {**wanted, "bytes": restored.get("total_bytes", 0) + restored.get("bytes_skipped", 0)}
    # restic ends with an error when a file it reads back differs; such a copy never gets here.
    return Proof(method=WARM_METHOD, source=wanted, target=seen, equal=wanted == seen)


def tree_method(method: str, *, has_attributes: bool) -> str:
    """Return how trees were compared, with what more counted where the movers could read it."""
    return f"{method}, extended attributes" if has_attributes else method


def _prove(run: MigrationRun, row: PlanItem) -> str | None:
    name = copied_document(row.key)
    if not run.ledger.exists(name):
        raise LedgerError(f"volume {claim_of(row)} was not copied in this run; copy it, then prove it")
    copied = run.ledger.read(name)
    if copied["stage"] == "warm" and is_quiesced(run, "source"):
        return f"volume {claim_of(row)}: was not copied since the quiesce; run its final pass"
    delivered = read_delivered(run, claim_of(row)) if copied["stage"] == "delivered" else None
    proof = volume_proof(copied, delivered)
    if proof.equal and copied["stage"] == "final":
        write_delivered(run, claim_of(row), {"run_id": run.run_id, "tree": copied["source_tree"]})
    return settle_proof(run, PHASE, row.key, proof, f"volume {claim_of(row)}: {_difference(copied, proof)}")


def _difference(copied: Document, proof: Proof) -> str:
    if copied["stage"] == "delivered" and proof.target is None:
        return (
            "the front door leads to the target, but no run has delivered this volume; move the front door back to the "
            "source, and migrate again"
        )
    if copied["stage"] == "delivered":
        return "the source was written to after it was delivered; find out by whom before anything is copied"
    return f"source {proof.source}, target {proof.target}; copy it again while nothing writes to it"
