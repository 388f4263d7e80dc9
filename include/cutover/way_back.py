"""Know whether a run can be rolled back, and lay before a person what that would bring back, cost and leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.cutover.front_door import is_traffic_on_target
from include.cutover.left_objects import find_left_objects
from include.cutover.rolled_back import ROLLED_BACK, has_switched, is_rolled_back
from include.databases import look_at_ways_back
from include.errors import PreflightError
from include.planning.markdown import cell
from include.planning.model import load_plan
from include.progress import readable_bytes, readable_seconds

if TYPE_CHECKING:
    from include.databases.arming import WayBack
    from include.run import MigrationRun

LEFT_OBJECTS = "left-objects"
RETIRED = ("source_retirement", "fence/source")
# What a follower applies at least, on two cores that others keep busy too (docs/decisions/0020).
BYTES_PER_SECOND = 5_000_000
UNMEASURED_SECONDS = 60.0
MOST_NAMED = 20


def refuse_roll_back(run: MigrationRun) -> list[WayBack]:
    """Look whether a run can be rolled back; return how its databases would come back.

    :raises PreflightError: with every reason why not.
    """
    problems = _problems_of_the_run(run)
    if problems:
        raise PreflightError(problems, "no way back")
    ways = look_at_ways_back(run)
    refused = [
        f"database {way.database}: {way.text()}; set `roll_back: copy`, or bring its rows back by hand and switch the record"
        for way in ways
        if way.by == "nothing"
    ]
    if refused:
        raise PreflightError(refused, "no way back")
    return ways


def look_for_left_objects(run: MigrationRun) -> list[str]:
    """Return what exists on the target alone, and note it for the report."""
    names = find_left_objects(run)
    run.ledger.write(f"{run.passage}/{LEFT_OBJECTS}", {"objects": names})
    return names


def roll_back_evidence(run: MigrationRun) -> str:
    """Return Markdown: what comes back and how, what stays behind, and how long the customers wait."""
    ways = refuse_roll_back(run)
    parts = [
        f"## Bring the customers of {run.definition.front_door.name} back to the source of run {run.run_id}\n",
        f"Predicted downtime: about **{readable_seconds(predicted_seconds(run, ways))}**, from what the cutover took.\n",
        _table(run, ways),
        _left(look_for_left_objects(run)),
        f"**An approval** stops everything in the namespaces {', '.join(run.definition.source.namespaces)} of the target, brings back "
        "what was written there since the switch, proves it, moves the traffic, and starts the source as it was. If a step fails before "
        "the traffic has moved, the target goes on. Nothing written is lost: what cannot be brought back ends the rollback before it.\n",
    ]
    return "\n".join(parts)


def predicted_seconds(run: MigrationRun, ways: list[WayBack]) -> float:
    """Return for how long the customers will wait: as long as in the cutover, and for what is to be brought back.

    Source: the measured downtime of this run, the plan's seconds for tables copied whole, `BYTES_PER_SECOND` for changes.
    """
    measured = run.ledger.read("cutover/downtime")["seconds"] if run.ledger.exists("cutover/downtime") else 0
    copied = {way.database for way in ways if way.by == "tables"}
    rows = [
        row
        for row in load_plan(run.ledger).items("rds_dump_restore", "database")
        if row.details.get("name") in copied
    ]
    behind = sum(way.behind for way in ways) / BYTES_PER_SECOND
    return float(measured or UNMEASURED_SECONDS) + sum(row.predicted_seconds for row in rows) + behind


def _problems_of_the_run(run: MigrationRun) -> list[str]:
    if not has_switched(run):
        return [f"run {run.run_id}: never switched the traffic; name a run that did in migration_run"]
    if is_rolled_back(run):
        is_ours = run.ledger.read(ROLLED_BACK).get("passage") == run.passage
        return (
            [] if is_ours else [f"run {run.run_id}: was rolled back at {run.ledger.read(ROLLED_BACK)['at']}"]
        )
    if run.ledger.item(*RETIRED) is not None:
        return [f"run {run.run_id}: its source was retired; going back means migrating back"]
    if not is_traffic_on_target(run):
        return [
            f"{run.definition.front_door.title}: does not lead to the target of run {run.run_id}; find out who moved it, "
            "and set it by hand"
        ]
    return []


def _table(run: MigrationRun, ways: list[WayBack]) -> str:
    lines = ["| What | Comes back by |", "|---|---|"]
    lines += [f"| database {way.database} | {cell(way.text())} |" for way in ways]
    plan = load_plan(run.ledger)
    for phase, kind in (("obs_sync", "bucket"), ("velero_backup_restore", "volume")):
        rows = plan.items(phase, kind)
        if rows:
            size = readable_bytes(sum(row.bytes for row in rows))
            count = f"1 {kind}" if len(rows) == 1 else f"{len(rows)} {kind}s"
            lines.append(f"| {count}, {size} | what differs, removals too |")
    return "\n".join(lines) + "\n"


def _left(names: list[str]) -> str:
    if not names:
        return "**Nothing was made in the target's namespaces that the source does not have.**\n"
    more = [f"- … and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    lines = [f"- {name}" for name in names[:MOST_NAMED]]
    head = f"**{len(names)} objects exist on the target only, and stay there; make them on the source if they are needed:**\n"
    return "\n".join([head, *lines, *more]) + "\n"
