"""Judge a rehearsal against those before it, and put what got worse into its findings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.ledger.records import now
from include.rehearsal.outcome import note_outcome
from include.rehearsal.trend import RULE, as_past, past_rehearsals, regressions
from include.report.building import FINDINGS_DOCUMENT, build_report

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "rehearsal/regressions"


def judge_rehearsal(run: MigrationRun) -> dict[str, Any]:
    """Write down what this rehearsal measured and what got worse; return the downtime to expect and how much got worse.

    A regression is a warning: it tells, and keeps no rehearsal from being green.
    """
    outcome = note_outcome(run)
    present = as_past(build_report(run.ledger, "rehearsal", "succeeded"), outcome)
    found = regressions(present, past_rehearsals(run.ledger), run.definition.rehearsal.slower_percent)
    for one in found:
        logger.warning("Worse than in earlier rehearsals: %s", one)
    run.ledger.write(DOCUMENT, {"at": now(), "regressions": found})
    _add_findings(run, found)
    return {"downtime_seconds": outcome.downtime, "regressions": len(found)}


def found_regressions(run: MigrationRun) -> list[str]:
    """Return what `judge_rehearsal` found worse, a sentence each."""
    return list(run.ledger.read(DOCUMENT)["regressions"]) if run.ledger.exists(DOCUMENT) else []


def _add_findings(run: MigrationRun, found: list[str]) -> None:
    """Put the regressions beside the plan's findings, in the place of those of a former try."""
    known = run.ledger.read(FINDINGS_DOCUMENT) if run.ledger.exists(FINDINGS_DOCUMENT) else {"findings": []}
    kept = [row for row in known["findings"] if row.get("rule") != RULE]
    run.ledger.write(FINDINGS_DOCUMENT, {**known, "findings": [*kept, *(_finding(one) for one in found)]})


def _finding(text: str) -> dict[str, Any]:
    name, _, message = text.partition(": ")
    return {
        "rule": RULE,
        "severity": "warning",
        "object": name,
        "message": message,
        "remedy": "find out what changed since the last green rehearsal, before the cutover",
        "why": "A cutover is as quick as its rehearsals only while nothing got slower since.",
        "handled_by": None,
    }
