"""Record what the retirement did; its items are not in the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.ledger import ItemRecord, Proof
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.run import MigrationRun

PHASE = "source_retirement"


def record(
    run: MigrationRun, key: str, source: str, target: str, proof: Proof, seconds: float, problem: str
) -> str | None:
    """Record one item with its proof; return the problem, or None when it is equal or waived."""
    left = settle_proof(run, PHASE, key, proof, problem)
    run.ledger.record_item(
        PHASE,
        ItemRecord(
            key=key,
            phase=PHASE,
            kind="retirement",
            source=source,
            target=target,
            action="failed" if left else "adapted",
            seconds=round(seconds, 3),
            error=left,
        ),
    )
    return left
