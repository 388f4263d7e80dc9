"""Find checks that the target answers more slowly than the definition allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.ledger import Ledger
from include.report.latency_chart import percentiles_text
from include.verification.checks.comparison import read_comparisons


def slow_findings(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield a warning for each slow check; one that was to fail for it is an unproved item besides."""
    for one in read_comparisons(ledger):
        if one.is_slow and one.latencies:
            source, target = percentiles_text(one.latencies.source), percentiles_text(one.latencies.target)
            yield {
                "rule": "slower_than_the_source",
                "severity": "warning",
                "object": f"check {one.name}",
                "message": f"p50 / p95 / p99 are {source} on the source and {target} on the target: p95 is {one.latencies.ratio} "
                f"times as long, more than {one.limit:g}",
                "remedy": "look at requests and limits of its pods, at its nodes, and at how far they are from the database",
                "why": "Customers wait longer for the same answer.",
                "handled_by": None,
            }
