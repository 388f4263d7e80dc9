"""Lay the evidence before the person who approves the cutover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from include.cutover.beginning import why_not
from include.cutover.checked import checks_part
from include.cutover.outlook import (
    downtime_part,
    fences_part,
    going_back_part,
    predicted_downtime,
    steps_part,
)
from include.cutover.rehearsals import Rehearsal, last_rehearsal
from include.databases.drift import database_changes
from include.errors import MigrationError
from include.inventory import load_inventory, read_source
from include.objects.drift import bucket_changes
from include.planning.drift import find_changes
from include.planning.markdown import cell
from include.planning.obstacles import DOCUMENT as FINDINGS
from include.planning.summary_findings import findings_part
from include.progress import readable_bytes, readable_seconds
from include.rehearsal.gate import gate_evidence
from include.report.rows import Row, State, join_rows
from include.verification.checks import read_comparisons
from include.waivers import waiver_findings

if TYPE_CHECKING:
    from include.run import MigrationRun

MOST_OPEN = 20
STATES: tuple[State, ...] = ("equal", "waived", "excluded", "open")


def cutover_evidence(run: MigrationRun, report_link: str = "") -> str:
    """Return Markdown: what is proved, what is open, what has changed, what an approval sets going, and how to go back.

    :param report_link: address of the page of the run's report, where there is one.
    """
    rows = join_rows(run.ledger, "rehearsal")
    downtime = predicted_downtime(run)
    drift = _drift(run)
    parts = [
        f"## Switch {run.definition.front_door.name} to {run.definition.target.region}\n",
        _at_a_glance(run, rows, downtime, report_link),
        _open(rows),
        _waived(run, rows),
        drift,
        gate_evidence(run),
        _times(run),
        _table(rows),
        checks_part(rows, read_comparisons(run.ledger)),
        _findings(run),
        downtime_part(downtime),
        steps_part(run),
        fences_part(run),
        going_back_part(run),
    ]
    return "\n".join(part for part in parts if part)


def _at_a_glance(run: MigrationRun, rows: list[Row], downtime: Mapping[str, Any], report_link: str) -> str:
    counted = [row for row in rows if not row.is_excluded]
    states = Counter(row.state for row in counted)
    lines = [
        f"| Predicted downtime | {readable_seconds(downtime['seconds'])} |",
        f"| Proved | {states['equal']} of {len(counted)} items equal, {states['waived']} waived, {states['open']} open |",
        f"| Last rehearsal | {_rehearsal(last_rehearsal(run.ledger))} |",
    ]
    link = (
        f"\n**[Open the run's page]({report_link})**: the plan and everything that was found.\n"
        if report_link
        else ""
    )
    return "\n".join(["| | |", "|---|---|", *lines]) + f"\n{link}"


def _rehearsal(last: Rehearsal | None) -> str:
    if last is None:
        return "**none**: this migration was never rehearsed"
    took = f", took {readable_seconds(last.seconds)}" if last.seconds else ""
    unequal = (
        f"{last.unequal} of {last.items} items not proved"
        if last.unequal
        else f"all {last.items} items proved"
    )
    return f"{last.result} {readable_age(last.age_seconds())} ago, {unequal}{took} ({cell(last.run_id)})"


def readable_age(seconds: float) -> str:
    """Return an age no finer than it matters: `5 min`, `3 hours`, `12 days`."""
    for unit, size in (("day", 86400), ("hour", 3600)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{int(seconds // 60)} min"


def _findings(run: MigrationRun) -> str:
    """Return the findings of the plan that need a person, by severity."""
    found = run.ledger.read(FINDINGS)["findings"] if run.ledger.exists(FINDINGS) else []
    return findings_part([one for one in found if not one.get("handled_by")])


def _table(rows: list[Row]) -> str:
    lines = [
        "### Proofs\n",
        "| Phase | Proved | Waived | Left out | Open | Moved |",
        "|---|---|---|---|---|---|",
    ]
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
        objects = find_changes(load_inventory(run.ledger), read_source(run), run.secrets_key)
        changes = [*objects, *database_changes(run), *bucket_changes(run)]
    except MigrationError as error:
        return f"**The source could not be compared with the plan:** {cell(str(error))}\n"
    if not changes:
        return "**The source is as it was planned.**\n"
    lines = [f"- {cell(change.text())}" for change in changes[:MOST_OPEN]]
    more = [f"- … and {len(changes) - MOST_OPEN} more"] if len(changes) > MOST_OPEN else []
    places = "1 place" if len(changes) == 1 else f"{len(changes)} places"
    head = f"**The source has changed in {places} since the plan; this is not on the target:**\n"
    return "\n".join([head, *lines, *more]) + "\n"


def _waived(run: MigrationRun, rows: list[Row]) -> str:
    """Return who accepts what without an equal proof, and the definition's waivers that accept nothing."""
    proved = {(row.phase, row.key): row.state == "equal" for row in rows}
    accepted = [
        f"- {row.phase}/{cell(row.key)}: {cell(row.waiver.by)}, {cell(row.waiver.reason)}"
        for row in rows
        if row.waiver
    ]
    wrong = [f"- {cell(one['object'])} {cell(one['message'])}" for one in waiver_findings(run.ledger, proved)]
    parts = [("Accepted without an equal proof", accepted), ("Waivers to look at", wrong)]
    return "\n".join(f"**{title}:**\n" + "\n".join(lines) + "\n" for title, lines in parts if lines)


def _times(run: MigrationRun) -> str:
    """Say when the cutover may not begin now: an approval changes nothing about that."""
    problem = why_not(run.definition, datetime.now(UTC))
    return (
        f"**The cutover may not begin now:** {problem}. It would be refused after the approval.\n"
        if problem
        else ""
    )


def _open(rows: list[Row]) -> str:
    problems = [f"- {row.phase}/{cell(row.key)}: {cell(row.problem)}" for row in rows if row.problem]
    if not problems:
        return "**Every item has an equal proof or a waiver.**\n"
    more = [f"- … and {len(problems) - MOST_OPEN} more"] if len(problems) > MOST_OPEN else []
    lines = [*problems[:MOST_OPEN], *more]
    head = "1 item is" if len(problems) == 1 else f"{len(problems)} items are"
    return f"**{head} open: the gates will stay closed**\n\n" + "\n".join(lines) + "\n"
