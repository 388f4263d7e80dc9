"""Lay the evidence before the person who approves the cutover."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from include.errors import MigrationError
from include.inventory import load_inventory, read_source
from include.planning.drift import find_changes
from include.planning.markdown import cell
from include.progress import readable_bytes, readable_seconds
from include.rehearsal.gate import gate_evidence
from include.report.rows import Row, State, join_rows

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_OPEN = 20
STATES: tuple[State, ...] = ("equal", "waived", "excluded", "open")


def cutover_evidence(run: MigrationRun) -> str:
    """Return Markdown: what is proved, what is open, what has changed, and what an approval sets going."""
    rows = join_rows(run.ledger, "rehearsal")
    front_door = run.definition.front_door
    parts = [
        f"## Switch {front_door.dns.record} to {run.definition.target.region}\n",
        _table(rows),
        _open(rows),
        _drift(run),
        gate_evidence(run),
        "**An approval** stops the writers in the namespaces "
        f"{', '.join(run.definition.source.namespaces)} of the source, moves the last changes, and moves the traffic. "
        f"The target is then watched for {readable_seconds(run.definition.cutover.watch_seconds)}; when more than "
        f"{run.definition.cutover.most_failed_share:.0%} of the requests fail meanwhile, the traffic goes back by itself.\n",
    ]
    return "\n".join(part for part in parts if part)


def _table(rows: list[Row]) -> str:
    lines = ["| Phase | Proved | Waived | Left out | Open | Moved |", "|---|---|---|---|---|---|"]
    for phase in dict.fromkeys(row.phase for row in rows):
        of_phase = [row for row in rows if row.phase == phase]
        counts = Counter(row.state for row in of_phase)
        moved = sum(row.record.bytes for row in of_phase if row.record)
        numbers = " | ".join(str(counts[state]) for state in STATES)
        lines.append(f"| {phase} | {numbers} | {readable_bytes(moved)} |")
    return "\n".join(lines) + "\n"


def _drift(run: MigrationRun) -> str:
    """Return what has changed on the source since the plan; the gates judge, so an answer that fails stops nobody here."""
    try:
        changes = find_changes(load_inventory(run.ledger), read_source(run), run.secrets_key)
    except MigrationError as error:
        return f"**The source could not be compared with the plan:** {cell(str(error))}\n"
    if not changes:
        return "**The source is as it was planned.**\n"
    lines = [f"- {cell(change.text())}" for change in changes[:MOST_OPEN]]
    more = [f"- … and {len(changes) - MOST_OPEN} more"] if len(changes) > MOST_OPEN else []
    places = "1 place" if len(changes) == 1 else f"{len(changes)} places"
    head = f"**The source has changed in {places} since the plan; this is not on the target:**\n"
    return "\n".join([head, *lines, *more]) + "\n"


def _open(rows: list[Row]) -> str:
    problems = [f"- {row.phase}/{row.key}: {row.problem}" for row in rows if row.problem]
    if not problems:
        return "**Every item has an equal proof or a waiver.**\n"
    more = [f"- … and {len(problems) - MOST_OPEN} more"] if len(problems) > MOST_OPEN else []
    lines = [*problems[:MOST_OPEN], *more]
    return f"**{len(problems)} items are open: the gates will stay closed**\n" + "\n".join(lines) + "\n"
