"""Show what verification compared: rows by kind, checks, and latencies of both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from include.ledger import Ledger
from include.report.latency_chart import LatencyChart, latency_chart
from include.report.rows import Row
from include.verification.checks.comparison import Comparison, read_comparisons

PHASE = "verification"
# In the order in which a person asks: does it work, does it run, is it what it was.
TITLES = {
    "check": "Functions",
    "workload": "Workloads are ready",
    "pods": "Images that run, and restarts",
    "service": "Endpoints of Services",
    "name": "Names inside the cluster",
    "ingress": "Ingresses answer",
    "mount": "Volumes are mounted",
    "schedule": "CronJobs",
    "object": "Objects field by field, Secrets and ConfigMaps by hash",
}
# Thousands of objects stand among the items; here they are counted.
COUNTED_ONLY = frozenset({"object"})
MOST_ROWS = 300


@dataclass(frozen=True)
class KindView:
    """Show the rows of one kind; `rows` are the first of them, those that are open before all others."""

    kind: str
    title: str
    counts: dict[str, int]
    rows: Sequence[Row]

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return sum(self.counts.values())

    @property
    def state(self) -> str:
        """Return the worst state among the rows."""
        return next((state for state in ("open", "waived") if self.counts.get(state)), "equal")


@dataclass(frozen=True)
class VerificationView:
    """Be what the page shows of the verification."""

    kinds: Sequence[KindView]
    comparisons: Sequence[Comparison]
    chart: LatencyChart | None


def view_verification(ledger: Ledger, rows: Sequence[Row]) -> VerificationView:
    """Return the rows of the phase by kind, with the latencies that were measured."""
    theirs = [row for row in rows if row.phase == PHASE and not row.is_excluded]
    by_kind: dict[str, list[Row]] = {}
    for row in theirs:
        by_kind.setdefault(row.as_item().kind, []).append(row)
    comparisons = [one for one in read_comparisons(ledger) if one.latencies]
    return VerificationView(
        kinds=[_kind(kind, by_kind[kind]) for kind in TITLES if kind in by_kind],
        comparisons=comparisons,
        chart=latency_chart(comparisons),
    )


def _kind(kind: str, rows: Sequence[Row]) -> KindView:
    shown = [] if kind in COUNTED_ONLY else sorted(rows, key=lambda row: (row.state != "open", row.key))
    return KindView(kind, TITLES[kind], dict(Counter(row.state for row in rows)), shown[:MOST_ROWS])
