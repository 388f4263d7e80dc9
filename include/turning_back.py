"""Turn rows of the plan around: what moved to the target is brought back to the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.ledger import Action, Proof
from include.proofs import settle_proof

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

PHASE = "roll_back"


def turned(row: PlanItem) -> PlanItem:
    """Return the row of the way back; its key tells it from a row of another phase with the same one."""
    update = {"phase": PHASE, "key": back_key(row), "source": row.target, "target": row.source}
    return row.model_copy(update={**update, "predicted_seconds": 0.0, "bytes": 0})


def back_key(row: PlanItem) -> str:
    """Return the key of a row's way back."""
    return f"{row.kind}/{row.key}"


def settle_back(
    run: MigrationRun,
    row: PlanItem,
    proof: Proof,
    problem: str,
    *,
    action: Action,
    seconds: float,
    size: int = 0,
) -> str | None:
    """Record how a row of the plan was brought back; return the problem, or None when it is equal or waived.

    :param size: bytes that travelled, as far as the engine counts them.
    """
    back = turned(row)
    left = settle_proof(run, back.phase, back.key, proof, problem)
    record = back.record("failed" if left else action, seconds=seconds, size=size, error=left)
    run.ledger.record_item(back.phase, record)
    return left


def forget_back(run: MigrationRun) -> None:
    """Take the records of a way back away that was not gone to its end: they say nothing of the customers' data any more."""
    for item in run.ledger.items(PHASE):
        run.ledger.remove_item(PHASE, item.key)
