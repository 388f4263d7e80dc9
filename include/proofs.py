"""Settle proofs: record each, and fail unless a person named in the definition accepts the unequal ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from include.engines import run_side_by_side
from include.errors import ProofError
from include.ledger import Action, Proof
from include.waivers import find_waiver

if TYPE_CHECKING:
    from include.planning.model import PlanItem
    from include.run import MigrationRun

logger = logging.getLogger(__name__)


def settle_proof(run: MigrationRun, phase: str, key: str, proof: Proof, what_differs: str) -> str | None:
    """Record a proof, and a waiver where a person accepts it unequal; return the problem that is left, or None."""
    run.ledger.record_proof(phase, key, proof)
    if proof.equal:
        return None
    waiver = find_waiver(run, phase, key)
    if waiver is None:
        return what_differs
    run.ledger.record_waiver(phase, key, waiver)
    logger.warning("%s/%s: %s accepts that it is not equal: %s", phase, key, waiver.by, waiver.reason)
    return None


def settle_item(
    run: MigrationRun,
    item: PlanItem,
    proof: Proof,
    problem: str,
    *,
    action: Action,
    seconds: float,
    note: str | None = None,
) -> str | None:
    """Record a planned item with its proof; return the problem, or None when it is equal or waived.

    :param action: what was done with it, unless it failed.
    :param note: what a reader of the report has to know of it.
    """
    left = settle_proof(run, item.phase, item.key, proof, problem)
    record = item.record("failed" if left else action, seconds=seconds, error=left, note=note)
    run.ledger.record_item(item.phase, record)
    return left


def gather_proofs(
    prove: Callable[[str], object], keys: Sequence[str], title: str, *, threads: int = 4
) -> int:
    """Prove items side by side; return how many there are.

    :param prove: records the proof of one key and raises `ProofError` when it is not equal.
    :raises ProofError: with the problems of all items, not of the first alone.
    """

    def problems_of(key: str) -> list[str]:
        try:
            prove(key)
        except ProofError as error:
            return error.problems
        return []

    found = run_side_by_side(problems_of, keys, threads, name="proofs")
    problems = [problem for problems in found for problem in problems]
    if problems:
        raise ProofError(problems, title)
    return len(keys)
