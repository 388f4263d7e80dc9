"""Shape what a rehearsal leaves in the ledger for those after it."""

from __future__ import annotations

from include.ledger.records import Record

DOCUMENT = "rehearsal/outcome"


class PhaseSeconds(Record):
    """Compare what a phase was planned to take with what it took, in seconds."""

    id: str
    predicted: float
    measured: float


class Step(Record):
    """Say how long one step of the cutover took in the rehearsal."""

    name: str
    seconds: float


class Outcome(Record):
    """Hold the numbers of one rehearsal.

    :param downtime: seconds of downtime to expect, see `predicted_downtime`.
    """

    phases: list[PhaseSeconds]
    steps: list[Step]
    downtime: float
