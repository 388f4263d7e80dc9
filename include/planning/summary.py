"""Write the plan down for the person who approves it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from include.inventory.model import listed
from include.ledger import Ledger
from include.planning.model import Plan, PlanItem, load_plan
from include.planning.obstacles import DOCUMENT as FINDINGS
from include.progress import readable_bytes, readable_seconds

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_FINDINGS = 30
NOUNS = {"velero": "Velero installation"}


def plan_summary(run: MigrationRun) -> str:
    """Return the plan as Markdown: what moves, what it should cost, what stays behind, what was found."""
    plan = load_plan(run.ledger)
    definition = run.definition
    title = (
        f"## Migration {definition.name}: namespaces {', '.join(definition.source.namespaces)} "
        f"into {definition.target.region}\n"
    )
    parts = [title, _table(plan), _volume_sizes(plan), _excluded(plan), _findings(run.ledger)]
    return "\n".join(part for part in parts if part)


def _table(plan: Plan) -> str:
    lines = ["| Phase | Items | Size | Predicted |", "|---|---|---|---|"]
    phases = list(dict.fromkeys(row.phase for row in plan.rows))
    for phase in phases:
        rows = plan.items(phase)
        lines.append(f"| {phase} | {_kinds(rows)} | {_size(rows)} | {readable_seconds(_seconds(rows))} |")
    return "\n".join(lines) + "\n"


def _kinds(rows: list[PlanItem]) -> str:
    counts = Counter(NOUNS.get(row.kind, row.kind) for row in rows)
    return (
        ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(counts.items()))
        or "none"
    )


def _size(rows: list[PlanItem]) -> str:
    size = sum(row.bytes for row in rows)
    return readable_bytes(size) if size else "unknown or none"


def _seconds(rows: list[PlanItem]) -> float:
    return sum(row.predicted_seconds for row in rows)


def _volume_sizes(plan: Plan) -> str:
    """Say of how many volumes the claimed size stands for what is in them."""
    volumes = [row for row in plan.rows if row.kind == "volume"]
    # The plan of an earlier version has no `used`: it knew of no volume how full it is.
    claimed = sum(row.details.get("used") is None for row in volumes)
    if not claimed:
        return ""
    return f"How full {claimed} of {len(volumes)} volumes are is not known: there the claimed size counts.\n"


def _excluded(plan: Plan) -> str:
    counts: Counter[str] = Counter()
    for row in plan.excluded():
        amount = len(row.details.get("names") or []) or int(row.details.get("count", 1))
        counts[f"{row.details['resource']}: {row.details['reason']}"] += amount
    lines = [f"- {count} {text}" for text, count in sorted(counts.items())]
    return "**Not migrated**\n" + "\n".join(lines) + "\n" if lines else ""


def _findings(ledger: Ledger) -> str:
    """Return what a person has to know; what a phase does by itself is only counted."""
    rows = ledger.read(FINDINGS)["findings"] if ledger.exists(FINDINGS) else []
    if not rows:
        return "**No findings**\n"
    handled = Counter(row["handled_by"] for row in rows if _is_handled(row))
    lines = _alike([row for row in rows if not _is_handled(row)])
    more = len(lines) - MOST_FINDINGS
    lines = lines[:MOST_FINDINGS]
    if more > 0:
        lines.append(f"- … and {more} more, in the ledger document `findings`")
    lines += [f"- info: {count} more are dealt with by {phase}" for phase, count in sorted(handled.items())]
    return "**Findings**\n" + "\n".join(lines) + "\n"


def _is_handled(row: dict[str, Any]) -> bool:
    return row["severity"] == "info" and bool(row.get("handled_by"))


def _alike(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each thing that was found, however many objects have it."""
    objects: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        objects.setdefault((row["severity"], row["message"], row["remedy"]), []).append(row["object"])
    return [
        f"- {severity}: {listed(names)}{' each' if len(names) > 1 else ''} {message}; {remedy}"
        for (severity, message, remedy), names in objects.items()
    ]
