"""Follow a migration's rehearsals over time, and tell what got worse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from include.ledger.finding import other_runs
from include.ledger.storage import DocumentFolder
from include.rehearsal.records import DOCUMENT, Outcome

if TYPE_CHECKING:
    from include.ledger import Ledger

# A phase that takes no longer varies by more than its work.
SHORTEST_SECONDS = 5.0
REPORT = "report"
RULE = "rehearsal_regressed"


@dataclass(frozen=True)
class Past:
    """Hold what one rehearsal left in the ledger.

    :param seconds: phase -> how long it took.
    :param rules: rule and object of each finding.
    """

    run_id: str
    finished: str
    is_green: bool
    seconds: dict[str, float] = field(default_factory=dict)
    downtime: float = 0.0
    rules: frozenset[tuple[str, str]] = frozenset()
    unequal: frozenset[str] = frozenset()


def past_rehearsals(ledger: Ledger) -> list[Past]:
    """Return the other rehearsals of this ledger's migration that have ended, the oldest first."""
    found = [past_of(folder) for folder in other_runs(ledger)]
    return sorted((one for one in found if one is not None), key=lambda one: one.finished)


def past_of(folder: DocumentFolder) -> Past | None:
    """Return what a folder of the ledger tells of a rehearsal; None when it holds none that has ended."""
    if not folder.has(REPORT):
        return None
    report = json.loads(folder.get(REPORT))
    if report.get("kind") != "rehearsal":
        return None
    outcome = Outcome.model_validate_json(folder.get(DOCUMENT)) if folder.has(DOCUMENT) else None
    return as_past(report, outcome)


def as_past(report: dict[str, Any], outcome: Outcome | None) -> Past:
    """Return a rehearsal as the trend counts it."""
    items = report.get("items") or []
    return Past(
        run_id=str(report["run_id"]),
        finished=str(report["finished"]),
        is_green=report["result"] == "succeeded",
        seconds={one.id: one.measured for one in outcome.phases} if outcome else {},
        downtime=outcome.downtime if outcome else 0.0,
        rules=frozenset(
            (str(row.get("rule")), str(row.get("object")))
            for row in report.get("findings") or []
            if row.get("rule") != RULE
        ),
        unequal=frozenset(
            f"{row['phase']}/{row['source']}"
            for row in items
            if row.get("proof") and not row["proof"]["equal"]
        ),
    )


def regressions(present: Past, earlier: Sequence[Past], slower_percent: float) -> list[str]:
    """Return in words what is worse than in the earlier green rehearsals; nothing to compare with is no regression."""
    green = [one for one in earlier if one.is_green]
    if not green:
        return []
    return [
        *_slower(present, green, slower_percent),
        *_new_findings(present, green[-1]),
        *(
            f"{item}: is unequal, and was equal in {green[-1].run_id}"
            for item in sorted(present.unequal - green[-1].unequal)
        ),
    ]


def _slower(present: Past, green: Sequence[Past], percent: float) -> Iterator[str]:
    for phase, seconds in present.seconds.items():
        known = [one.seconds[phase] for one in green if phase in one.seconds]
        usual = median(known) if known else 0.0
        if usual and seconds > SHORTEST_SECONDS and seconds > usual * (1 + percent / 100):
            yield f"{phase}: took {seconds:.0f} s, {seconds / usual:.1f} times the median of {usual:.0f} s"
    waits = [one.downtime for one in green if one.downtime]
    if (
        waits
        and present.downtime > SHORTEST_SECONDS
        and present.downtime > median(waits) * (1 + percent / 100)
    ):
        yield f"downtime: {present.downtime:.0f} s are to be expected, and the median is {median(waits):.0f} s"


def _new_findings(present: Past, last: Past) -> Iterator[str]:
    for rule, name in sorted(present.rules - last.rules):
        yield f"{name}: {rule} is a finding that {last.run_id} did not have"
