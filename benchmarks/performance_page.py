"""Make the table of docs/performance.md from benchmarks/results/*.json."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.result import RESULTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEAD = """# Performance

Made by `make bench` from the files in `benchmarks/results/`; binaries were built before. `airflow_scheduling_share` is the time of
a run in which no task was running at all: what Airflow's scheduling costs. A phase that waits for a person counts the wait.

| measured | unit | min | median | max | best peer | machine |
|---|---|---|---|---|---|---|
"""


def write_page() -> None:
    """Write the page anew."""
    PAGE.write_text(HEAD + "".join(_row(path) for path in sorted(RESULTS.glob("*.json"))))


def _row(path: Path) -> str:
    result = json.loads(path.read_text())
    ours = result["ours"]
    peer = result["ratio_to_best_peer"]
    ratio = f"{peer} of its time" if peer else "-"
    cells = [
        result["name"],
        result["unit"],
        ours["min"],
        ours["median"],
        ours["max"],
        ratio,
        result["machine"],
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"
