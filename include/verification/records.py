"""Record what verification found, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.ledger import ItemRecord, Proof
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

PHASE = "verification"


def record(run: MigrationRun, item: PlanItem, proof: Proof, seconds: float, problem: str) -> str | None:
    """Record one verified item with its proof; return the problem, or None when it is equal or waived."""
    left = settle_proof(run, PHASE, item.key, proof, problem)
    run.ledger.record_item(
        PHASE,
        ItemRecord(
            key=item.key,
            phase=PHASE,
            kind=item.kind,
            source=item.source,
            target=item.target,
            action="failed" if left else "already_equal",
            seconds=round(seconds, 3),
            predicted_seconds=item.predicted_seconds,
            error=left,
        ),
    )
    return left
