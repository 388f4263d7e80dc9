"""Gather what the report of a rehearsal shows beside its items: what to expect, and how rehearsals went over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.rehearsal.chart import Chart, trend_chart
from include.rehearsal.records import DOCUMENT, Outcome
from include.rehearsal.trend import as_past, past_rehearsals

if TYPE_CHECKING:
    from include.ledger import Ledger

REGRESSIONS = "rehearsal/regressions"


@dataclass(frozen=True)
class TrendView:
    """Hold the numbers of this rehearsal, its chart, and what got worse; `outcome` is None when it did not come so far."""

    outcome: Outcome | None
    chart: Chart | None
    regressions: list[str]


def view_trend(ledger: Ledger, report: dict[str, Any]) -> TrendView:
    """Return the trend up to this rehearsal.

    :param report: its own report.json.
    """
    outcome = Outcome.model_validate(ledger.read(DOCUMENT)) if ledger.exists(DOCUMENT) else None
    rehearsals = [*past_rehearsals(ledger), as_past(report, outcome)]
    worse = ledger.read(REGRESSIONS)["regressions"] if ledger.exists(REGRESSIONS) else []
    return TrendView(outcome, trend_chart(rehearsals), list(worse))
