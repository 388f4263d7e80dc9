"""Tell in the report how the customers were brought back to the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.approvals import answers
from include.report.document import RollBack
from include.report.rows import join_rows
from include.turning_back import PHASE

if TYPE_CHECKING:
    from include.ledger import Ledger

ROLLED_BACK = "cutover/rolled-back"
CUTOVER = "cutover"
BY_ITSELF = "nobody: the cutover failed after its switch"
UNKNOWN = "unknown"
QUESTION = "roll_back.approve_roll_back"


def roll_back_of(ledger: Ledger) -> RollBack | None:
    """Return the way back of a run that was rolled back, or None.

    Where the cutover was undone by itself, its own probe measured both: the figures are those of the downtime.
    """
    if not ledger.exists(ROLLED_BACK):
        return None
    document = ledger.read(ROLLED_BACK)
    passage = str(document.get("passage", CUTOVER))
    measured = ledger.read(f"{passage}/downtime") if ledger.exists(f"{passage}/downtime") else {}
    left = f"{passage}/left-objects"
    return RollBack.model_validate({
        **measured,
        "at": document["at"],
        "approved_by": BY_ITSELF if passage == CUTOVER else _approver(ledger),
        "left_behind": document["lost"],
        "left_objects": ledger.read(left)["objects"] if ledger.exists(left) else [],
    })


def open_problems(ledger: Ledger) -> list[str]:
    """Return what did not come back, or was not measured."""
    found = roll_back_of(ledger)
    if found is None:
        return []
    problems = [
        f"{row.key}: {row.problem}"
        for row in join_rows(ledger, "migration")
        if row.phase == PHASE and row.problem
    ]
    if found.seconds is None:
        problems.append("no client probe measured the way back; look at its task")
    elif found.writes_lost or found.writes_doubled:
        problems.append(
            f"{found.writes_lost} acknowledged writes lost, {found.writes_doubled} doubled on the way back"
        )
    return [*problems, *found.left_behind]


def _approver(ledger: Ledger) -> str:
    approved = [
        answer for answer in answers(ledger) if answer.question.startswith(QUESTION) and answer.approved
    ]
    return approved[-1].by if approved else UNKNOWN
