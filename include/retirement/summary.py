"""Lay before the person who approves the retirement what is proved, what is done, and what cannot be undone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from include.planning.markdown import cell
from include.progress import readable_seconds
from include.report.rows import Row, State, join_rows
from include.retirement.choosing import chosen_for_deletion
from include.retirement.clock import retirement_due

if TYPE_CHECKING:
    from include.run import MigrationRun

STATES: tuple[State, ...] = ("equal", "waived", "excluded", "open")
DOWNTIME = "cutover/downtime"
EVIDENCE = "evidence/key"


def retirement_summary(run: MigrationRun) -> str:
    """Return, as Markdown, what an approval of the retirement sets going, and the evidence for it."""
    rows = join_rows(run.ledger, "rehearsal")
    parts = [
        f"## Retire the source of migration {run.definition.name}\n",
        f"Run `{run.run_id}`; the front door is {run.definition.front_door.name}, and the clock ran out at "
        f"{retirement_due(run).isoformat(timespec='minutes')}.\n",
        _proved(rows),
        _measured(run),
        _evidence(run),
        _approval(run),
        _deleted(run),
    ]
    return "\n".join(part for part in parts if part)


def _proved(rows: list[Row]) -> str:
    lines = ["| Phase | Proved | Waived | Left out | Open |", "|---|---|---|---|---|"]
    for phase in dict.fromkeys(row.phase for row in rows):
        counts = Counter(row.state for row in rows if row.phase == phase)
        lines.append(f"| {phase} | {' | '.join(str(counts[state]) for state in STATES)} |")
    waived = [
        f"- {row.phase}/{cell(row.key)}: {cell(row.waiver.by)}, {cell(row.waiver.reason)}"
        for row in rows
        if row.waiver
    ]
    head = ["", "**Accepted without an equal proof:**", *waived] if waived else []
    return "\n".join([*lines, *head]) + "\n"


def _measured(run: MigrationRun) -> str:
    if not run.ledger.exists(DOWNTIME):
        return "**No client measured the cutover.**\n"
    seen: dict[str, Any] = run.ledger.read(DOWNTIME)
    return (
        f"Downtime {readable_seconds(seen['seconds'])}; {seen['writes_acknowledged']} writes acknowledged, "
        f"{seen['writes_lost']} lost, {seen['writes_doubled']} doubled.\n"
    )


def _evidence(run: MigrationRun) -> str:
    if not run.ledger.exists(EVIDENCE):
        return ""
    key = run.ledger.read(EVIDENCE)["fingerprint"]
    return f"The evidence is `evidence.tar` beside the report, signed by the key `{key}`.\n"


def _approval(run: MigrationRun) -> str:
    namespaces = ", ".join(run.definition.source.namespaces)
    seconds = readable_seconds(run.definition.retirement.observe_seconds)
    return (
        f"**An approval** holds every workload in the namespaces {namespaces} of the source, watches for {seconds} that nobody is "
        "served, logged in or writing there, and removes what the migration has put into both sides: Velero, movers and their "
        "Secrets, slots, publications and notes in databases, markers in buckets. After that the cutover cannot be rolled back.\n"
    )


def _deleted(run: MigrationRun) -> str:
    chosen = chosen_for_deletion(run)
    if not chosen:
        return "Nothing of the source is deleted; backups stay in their buckets.\n"
    return f"**Then it deletes for good: {', '.join(chosen)} of the source. Nothing brings them back.**\n"
