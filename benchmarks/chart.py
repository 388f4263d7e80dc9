"""Draw docs/performance.svg: how long the lab, the migration, its phases and the downtime take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHART = Path(__file__).resolve().parent.parent / "docs" / "performance.svg"
BAR, WHISKER, TEXT = "#2563a8", "#1c2b3f", "#1c2b3f"


def draw_chart(results: list[Mapping[str, Any]]) -> None:
    """Draw a bar for each result in seconds, from the least to the most seen; equal results give an equal file."""
    # imported here: it takes a second, and only the page needs it
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "cce-migration"
    import matplotlib.pyplot as plt

    rows = sorted(
        (row for row in results if row["unit"] == "seconds"), key=lambda row: float(row["ours"]["median"])
    )
    medians = [row["ours"]["median"] for row in rows]
    below = [row["ours"]["median"] - row["ours"]["min"] for row in rows]
    above = [row["ours"]["max"] - row["ours"]["median"] for row in rows]
    figure, axes = plt.subplots(figsize=(9, 0.36 * len(rows) + 1), layout="constrained")
    axes.barh([row["name"] for row in rows], medians, color=BAR, height=0.62)
    axes.errorbar(medians, range(len(rows)), xerr=[below, above], fmt="none", ecolor=WHISKER, capsize=3)
    for place, row in enumerate(rows):
        axes.annotate(
            f"{row['ours']['median']:.1f}",
            (row["ours"]["max"], place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=TEXT,
        )
    axes.set_xlabel(f"seconds: median, least and most seen ({rows[0]['machine']})", color=TEXT)
    axes.margins(x=0.08, y=0.02)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(CHART, metadata={"Date": None})
    plt.close(figure)
