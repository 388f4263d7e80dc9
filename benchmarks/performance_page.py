"""Make docs/performance.md, its table and its chart, from benchmarks/results/*.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.chart import draw_chart
from benchmarks.result import RESULTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEAD = """# Performance

Made by `make bench` from the files in `benchmarks/results/`; binaries were built before. `airflow_scheduling_share` is the time of
a run in which no task was running at all: what Airflow's scheduling costs. A phase that waits for a person counts the wait.
Phases overlap: images, databases, buckets, Velero and adaptation run side by side.

![Bars of every figure in seconds](performance.svg)

| measured | unit | min | median | max | best peer | machine |
|---|---|---|---|---|---|---|
"""


def write_page() -> None:
    """Write the page anew."""
    results = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    draw_chart(results)
    PAGE.write_text(HEAD + "".join(_row(result) for result in results))


def _row(result: Mapping[str, Any]) -> str:
    ours = result["ours"]
    cells = [
        result["name"],
        result["unit"],
        ours["min"],
        ours["median"],
        ours["max"],
        _beside_peer(result),
        result["machine"],
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def _beside_peer(result: Mapping[str, Any]) -> str:
    """Return e.g. `0.42 of kubectl get, 4.1`: our share of what the best peer took, and what that was."""
    if not result["peers"]:
        return "-"
    name, spread = min(result["peers"].items(), key=lambda entry: float(entry[1]["median"]))
    return f"{result['ratio_to_best_peer']} of `{name}`, {spread['median']}"
