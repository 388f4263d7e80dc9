"""Show the functional checks with both sides' latencies to the person who approves a cutover."""

from __future__ import annotations

from collections.abc import Sequence

from include.planning.markdown import cell
from include.report.rows import Row
from include.verification.checks.comparison import Comparison
from include.verification.checks.latencies import Percentiles

NOTHING = "\N{EN DASH}"
MOST_CHECKS = 30


def checks_part(rows: Sequence[Row], comparisons: Sequence[Comparison]) -> str:
    """Return a table of the checks; nothing where the definition has none."""
    checks = [row for row in rows if row.planned and row.planned.get("kind") == "check"]
    if not checks:
        return "### No checks\n\nThe definition names no function that must work on the target.\n"
    known = {one.name: one for one in comparisons}
    lines = [_line(row, known.get(str(row.planned["details"]["name"]))) for row in checks if row.planned]
    more = [f"\n… and {len(lines) - MOST_CHECKS} more"] if len(lines) > MOST_CHECKS else []
    head = [
        "| Check | | Result | Source p50 / p95 / p99 | Target p50 / p95 / p99 | Ratio |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(["### Checks\n", *head, *lines[:MOST_CHECKS], *more]) + "\n"


def _line(row: Row, comparison: Comparison | None) -> str:
    measured = comparison.latencies if comparison else None
    source = _percentiles(measured.source) if measured else NOTHING
    target = _percentiles(measured.target) if measured else NOTHING
    ratio = f"{measured.ratio:.2f}" if measured and measured.ratio is not None else NOTHING
    slow = " **slow**" if comparison and comparison.is_slow else ""
    name, method = cell(str((row.planned or {})["details"]["name"])), cell(str((row.planned or {})["target"]))
    return f"| {name} | {method} | {row.state} | {source} | {target} | {ratio}{slow} |"


def _percentiles(found: Percentiles | None) -> str:
    if found is None or not found.answered:
        return NOTHING
    numbers = " / ".join(f"{seconds * 1000:.0f}" for seconds in (found.p50, found.p95, found.p99))
    failed = f", {found.failed} of {found.requests} failed" if found.failed else ""
    return f"{numbers} ms{failed}"
