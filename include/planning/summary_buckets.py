"""Tell the person who approves a plan what the stores will charge for: requests, and bytes that leave the source."""

from __future__ import annotations

from collections.abc import Sequence

from include.planning.markdown import cell
from include.planning.model import PlanItem
from include.progress import readable_bytes


def buckets_part(rows: Sequence[PlanItem]) -> str:
    """Return a table of the predicted requests of each bucket; nothing for the plan of an earlier version, which has none."""
    known = [row for row in rows if row.details.get("requests")]
    if not known:
        return ""
    lines = [
        f"| {cell(row.key)} | {row.details['objects']:,} | {readable_bytes(row.bytes)} | {_requests(row, 'source')} | "
        f"{_requests(row, 'target')} |"
        for row in known
    ]
    head = "### Requests to object storages, predicted\n\n| Bucket | Objects | Out of the source | Source | Target |\n"
    return "\n".join([f"{head}|---|---|---|---|---|", *lines]) + "\n"


def _requests(row: PlanItem, side: str) -> str:
    counts = {
        kind.removeprefix(f"{side} "): count
        for kind, count in row.details["requests"].items()
        if kind.startswith(side) and count
    }
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) or "none"
