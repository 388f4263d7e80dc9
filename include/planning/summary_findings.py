"""Tell the person who approves a plan what was found, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from include.inventory.model import SEVERITIES, listed
from include.planning.markdown import cell

MOST_FINDINGS = 30

Row = Mapping[str, Any]


def findings_part(rows: Sequence[Row]) -> str:
    """Return the findings a person has to know; what a phase does by itself is only counted."""
    if not rows:
        return "### No findings\n"
    handled = Counter(str(row["handled_by"]) for row in rows if _is_handled(row))
    lines = _alike([row for row in rows if not _is_handled(row)])
    more = len(lines) - MOST_FINDINGS
    lines = lines[:MOST_FINDINGS]
    if more > 0:
        lines.append(f"- … and {more} more, in the ledger document `findings`")
    lines += [f"- info: {count} more are dealt with by {phase}" for phase, count in sorted(handled.items())]
    return "\n".join([f"### Findings: {_counts(rows)}\n", *lines]) + "\n"


def _counts(rows: Sequence[Row]) -> str:
    counts = Counter(str(row["severity"]) for row in rows)
    names = {"blocker": "blocker", "warning": "warning", "info": "hint"}
    return ", ".join(f"{counts[one]} {names[one]}{'' if counts[one] == 1 else 's'}" for one in SEVERITIES)


def _is_handled(row: Row) -> bool:
    return row["severity"] == "info" and bool(row.get("handled_by"))


def _alike(rows: Sequence[Row]) -> list[str]:
    """Return a line for each thing that was found, however many objects have it."""
    objects: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        objects.setdefault((row["severity"], row["message"], row["remedy"]), []).append(row["object"])
    return [
        f"- {severity}: {cell(listed(names))}{' each' if len(names) > 1 else ''} {cell(message)}; {cell(remedy)}"
        for (severity, message, remedy), names in objects.items()
    ]
