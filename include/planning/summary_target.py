"""Tell the person who approves a plan what will be made or taken on the target, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.planning.markdown import cell
from include.planning.model import PlanItem

MOST_RESOURCES = 40
BECOMES = {"make": "will be made", "take": "exists, will be taken"}


def becomes(row: PlanItem) -> str:
    """Return what becomes of a resource of the target."""
    if row.key.startswith("bucket/"):
        return "made if it is missing"
    return BECOMES.get(str(row.details.get("provide")), "")


def name_of(row: PlanItem) -> str:
    """Return e.g. `cluster shop-target`: what the text of a resource begins with."""
    return row.target.partition(": ")[0]


def specification(row: PlanItem) -> str:
    """Return e.g. `v1.34, cce.s2.small`: what the text of a resource says after what becomes of it."""
    return row.target.partition(": ")[2].partition(", ")[2]


def resources_part(rows: Sequence[PlanItem]) -> str:
    """Return a table of the target's resources, those to be made first."""
    if not rows:
        return ""
    made = sum(_is_made(row) for row in rows)
    ordered = sorted(rows, key=lambda row: not _is_made(row))
    lines = [
        f"| {cell(name_of(row))} | {cell(row.source)} | {becomes(row)} | {cell(specification(row))} |"
        for row in ordered[:MOST_RESOURCES]
    ]
    more = len(rows) - MOST_RESOURCES
    lines += [f"| … and {more} more | | | |"] if more > 0 else []
    head = f"### On the target: {len(rows)} resources, {made} of them will be made\n"
    return (
        "\n".join([
            head,
            "| Resource | For | What becomes of it | Specification |",
            "|---|---|---|---|",
            *lines,
        ])
        + "\n"
    )


def _is_made(row: PlanItem) -> bool:
    return row.details.get("provide") == "make"


def bill_part(advice: Sequence[Mapping[str, Any]]) -> str:
    """Return the bill of materials by area: what the plan orders, and what the inventory recommends beside it."""
    areas: dict[str, list[str]] = {}
    for row in advice:
        areas.setdefault(str(row["area"]), []).append(f"{row['item']}: {row['value']}")
    if not areas:
        return ""
    lines = [f"| {area} | {cell('; '.join(texts))} |" for area, texts in areas.items()]
    return (
        "\n".join([
            "### What the target consists of\n",
            "| Area | Planned or recommended |",
            "|---|---|",
            *lines,
        ])
        + "\n"
    )
