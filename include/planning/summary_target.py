"""Tell the person who approves a plan what will be made or taken on the target, and what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.planning.markdown import cell
from include.planning.model import PlanItem

MOST_RESOURCES = 40


def becomes(row: PlanItem) -> str:
    """Return what becomes of a resource of the target; nothing where nobody asked whether it exists."""
    exists = row.details.get("exists")
    if exists is None:
        return ""
    return "exists, will be taken" if exists else "will be made"


def specification(row: PlanItem) -> str:
    """Return e.g. `flavor cce.s2.small, nodes 3`: what a resource was specified as, nothing where it was not."""
    fields: Mapping[str, Any] = row.details.get("specification") or {}
    return ", ".join(f"{str(name).replace('_', ' ')} {_value(value)}" for name, value in fields.items())


def resources_part(rows: Sequence[PlanItem]) -> str:
    """Return a table of the target's resources, those to be made first."""
    if not rows:
        return ""
    made = sum(row.details.get("exists") is False for row in rows)
    ordered = sorted(rows, key=lambda row: row.details.get("exists") is not False)
    lines = [
        f"| {cell(row.target)} | {cell(row.source)} | {becomes(row)} | {cell(specification(row))} |"
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


def bill_part(advice: Sequence[Mapping[str, Any]]) -> str:
    """Return the bill of materials by area, as the inventory alone recommends it."""
    areas: dict[str, list[str]] = {}
    for row in advice:
        areas.setdefault(str(row["area"]), []).append(f"{row['item']}: {row['value']}")
    if not areas:
        return ""
    lines = [f"| {area} | {cell('; '.join(texts))} |" for area, texts in areas.items()]
    return (
        "\n".join([
            "### What the target needs, by the inventory\n",
            "| Area | Recommended |",
            "|---|---|",
            *lines,
        ])
        + "\n"
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value)
    return str(value)
