"""Draw the charts of docs/performance.md: equal results give equal files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
BAR, WHISKER, TEXT = "#2563a8", "#1c2b3f", "#1c2b3f"
PEER_BARS = ("#a9b4c2", "#c9ced6", "#8795a8")
Result = Mapping[str, Any]


def draw_durations(results: Sequence[Result], name: str) -> None:
    """Draw a bar for each result, from the least to the most seen: how long the lab and a migration in it take."""
    rows = sorted(results, key=lambda row: float(row["ours"]["median"]))
    figure, axes = _figure(0.36 * len(rows) + 1)
    _bars(axes, range(len(rows)), [row["ours"] for row in rows], BAR, "ours")
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows])
    _finish(figure, axes, rows, name)


def draw_beside_peers(results: Sequence[Result], name: str) -> None:
    """Draw for each result our bar and one for each tool that people would run otherwise."""
    figure, axes = _figure(0.3 * sum(len(row["peers"]) + 2 for row in results) + 1)
    places: dict[str, list[tuple[float, Mapping[str, float]]]] = {}
    ticks, place = [], 0.0
    for row in results:
        first = place
        for tool, spread in [("ours", row["ours"]), *row["peers"].items()]:
            places.setdefault(tool, []).append((place, spread))
            place += 1
        ticks.append((first + place - 1) / 2)
        place += 1
    for tool, color in zip(places, (BAR, *PEER_BARS), strict=False):
        _bars(axes, [at for at, _ in places[tool]], [spread for _, spread in places[tool]], color, tool)
    axes.set_yticks(ticks, [row["name"] for row in results])
    axes.invert_yaxis()
    axes.legend(frameon=False, labelcolor=TEXT)
    _finish(figure, axes, results, name)


def _figure(height: float) -> tuple[Any, Any]:
    # imported here: it takes a second, and only the page needs it
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "cce-migration"
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(9, height), layout="constrained")


def _bars(
    axes: Any, places: Sequence[float], spreads: Sequence[Mapping[str, float]], color: str, label: str
) -> None:
    medians = [spread["median"] for spread in spreads]
    below = [spread["median"] - spread["min"] for spread in spreads]
    above = [spread["max"] - spread["median"] for spread in spreads]
    axes.barh(places, medians, color=color, height=0.7, label=label)
    axes.errorbar(medians, places, xerr=[below, above], fmt="none", ecolor=WHISKER, capsize=3)
    for place, spread in zip(places, spreads, strict=True):
        axes.annotate(
            f"{spread['median']:.1f}",
            (spread["max"], place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=TEXT,
        )


def _finish(figure: Any, axes: Any, rows: Sequence[Result], name: str) -> None:
    import matplotlib.pyplot as plt

    axes.set_xlabel(f"seconds: median, least and most seen ({rows[0]['machine']})", color=TEXT)
    axes.margins(x=0.08, y=0.02)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / name, metadata={"Date": None})
    plt.close(figure)
