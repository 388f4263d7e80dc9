"""Record what verification found, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.ledger import Proof
from include.proofs import settle_item

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

PHASE = "verification"


def record(
    run: MigrationRun, item: PlanItem, proof: Proof, seconds: float, problem: str, note: str | None = None
) -> str | None:
    """Record one verified item with its proof; return the problem, or None when it is equal or waived."""
    return settle_item(run, item, proof, problem, action="already_equal", seconds=seconds, note=note)
