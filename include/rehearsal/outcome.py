"""Say what a rehearsal showed: each phase as planned and as measured, and the downtime to expect."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from include.cutover.steps import recorded_steps
from include.planning.model import load_plan
from include.rehearsal.last_pass import predicted_downtime
from include.rehearsal.records import DOCUMENT, Outcome, PhaseSeconds, Step

if TYPE_CHECKING:
    from include.ledger import PhaseRecord
    from include.run import MigrationRun


def note_outcome(run: MigrationRun) -> Outcome:
    """Write down what this rehearsal has measured, and return it."""
    predicted = predicted_seconds(run)
    measured = {one.id: phase_seconds(one) for one in run.ledger.phases()}
    outcome = Outcome(
        phases=[
            PhaseSeconds(id=name, predicted=round(predicted.get(name, 0.0), 1), measured=seconds)
            for name, seconds in measured.items()
            if seconds is not None
        ],
        steps=[Step(name=step["name"], seconds=step["seconds"]) for step in recorded_steps(run.ledger)],
        downtime=predicted_downtime(run),
    )
    run.ledger.write(DOCUMENT, outcome)
    return outcome


def predicted_seconds(run: MigrationRun) -> dict[str, float]:
    """Return phase -> the seconds that the plan expects of its items, one after the other."""
    found: dict[str, float] = {}
    for row in load_plan(run.ledger).items():
        found[row.phase] = found.get(row.phase, 0.0) + row.predicted_seconds
    return found


def phase_seconds(record: PhaseRecord) -> float | None:
    """Return how long a phase took, or None while it has not ended."""
    if record.started is None or record.finished is None:
        return None
    taken = datetime.fromisoformat(record.finished) - datetime.fromisoformat(record.started)
    return round(taken.total_seconds(), 1)
