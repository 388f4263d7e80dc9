"""Settle proofs: record each, and fail unless a person named in the definition accepts the unequal ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.ledger import Proof, Waiver

if TYPE_CHECKING:
    from include.run import MigrationRun


def settle_proof(run: MigrationRun, phase: str, key: str, proof: Proof, what_differs: str) -> str | None:
    """Record a proof, and a waiver where the definition has one; return the problem that is left, or None."""
    run.ledger.record_proof(phase, key, proof)
    if proof.equal:
        return None
    for waived in run.definition.waivers:
        if (waived.phase, waived.item) == (phase, key):
            run.ledger.record_waiver(phase, key, Waiver(by=waived.accepted_by, reason=waived.reason))
            return None
    return what_differs
