"""Find what the last rehearsal of a migration showed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from include.ledger import Ledger
from include.ledger.finding import other_runs, runs_of
from include.rehearsal.names import disposable_name

REPORT = "report"
KIND = "rehearsal"


@dataclass(frozen=True)
class Rehearsal:
    """Hold the report of a rehearsal in short; `unequal` items had neither an equal proof nor a waiver."""

    run_id: str
    result: str
    finished: datetime
    seconds: float | None
    items: int
    unequal: int

    def age_seconds(self, moment: datetime | None = None) -> float:
        """Return how long ago it ended."""
        return ((moment or datetime.now(UTC)) - self.finished).total_seconds()


def last_rehearsal(ledger: Ledger) -> Rehearsal | None:
    """Return the rehearsal of this migration that ended last, or None where none has ended."""
    runs = [*other_runs(ledger), *runs_of(ledger, disposable_name(ledger.migration))]
    reports = (json.loads(run.get(REPORT)) for run in runs if run.has(REPORT))
    found = [_rehearsal(report) for report in reports if report.get("kind") == KIND]
    return max(found, key=lambda one: one.finished, default=None)


def _rehearsal(report: dict[str, Any]) -> Rehearsal:
    finished = datetime.fromisoformat(report["finished"])
    started = report.get("started")
    items = [item for item in report["items"] if item["action"] != "excluded"]
    unequal = [item for item in items if not (item["proof"] or {}).get("equal") and not item["waiver"]]
    return Rehearsal(
        run_id=str(report["run_id"]),
        result=str(report["result"]),
        finished=finished,
        seconds=(finished - datetime.fromisoformat(started)).total_seconds() if started else None,
        items=len(items),
        unequal=len(unequal),
    )
