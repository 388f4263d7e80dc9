"""Tell the person who approves a cutover what will happen, how long customers will wait, and how to go back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.assessment.prediction import predict_downtime
from include.cutover.learned import learned_downtime
from include.databases import look_at_fences
from include.planning.markdown import cell
from include.planning.model import load_plan
from include.progress import readable_seconds

if TYPE_CHECKING:
    from include.definition import FrontDoor
    from include.run import MigrationRun


def predicted_downtime(run: MigrationRun) -> Mapping[str, Any]:
    """Return `{"seconds", "unknown", "steps", "basis"}`: by what was measured before, else by the sizes that the plan knows."""
    learned = learned_downtime(run)
    if learned is not None:
        return learned
    plan = load_plan(run.ledger)
    databases = {row.key: row.bytes for row in plan.items(kind="database")}
    return predict_downtime(run.definition, [row.bytes for row in plan.items(kind="volume")], databases)


def downtime_part(downtime: Mapping[str, Any]) -> str:
    """Return the prediction, step by step."""
    lines = [f"| {step['name']} | {readable_seconds(step['seconds'])} |" for step in downtime["steps"]]
    head = f"### Predicted downtime: {readable_seconds(downtime['seconds'])}\n"
    note = f"Source: {cell(str(downtime['basis']))}.\n"
    return "\n".join([head, "| Step | Predicted |", "|---|---|", *lines, "", note])


def steps_part(run: MigrationRun) -> str:
    """Return what an approval sets going, in order."""
    definition = run.definition
    watched = readable_seconds(definition.cutover.watch_seconds)
    steps = [
        "A client begins to read and write at the front door, and measures until the end.",
        "Movers start on both sides; the target's workloads are stopped. Customers do not notice yet.",
        f"**The writers in the namespaces {', '.join(definition.source.namespaces)} of the source stop: the downtime begins.**",
        "The last changes of databases, buckets and volumes are moved and proved, side by side.",
        "The target's workloads start, and the checks above are made once more, on the target alone.",
        "The gates open only when every row has an equal proof or a waiver; otherwise the source starts again.",
        _switch(definition.front_door),
        f"The target is watched for {watched}; when more than {definition.cutover.most_failed_share:.0%} of the requests fail "
        "meanwhile, the traffic goes back by itself.",
    ]
    return (
        "\n".join(["### What an approval sets going\n", *(f"{n}. {text}" for n, text in enumerate(steps, 1))])
        + "\n"
    )


def _switch(front_door: FrontDoor) -> str:
    begin = f"**{front_door.name} leads to the target: the downtime ends**"
    if front_door.dns is None:
        return f"{begin} as soon as its members there are ONLINE; the customers' address stays."
    return f"{begin} within {readable_seconds(front_door.ttl_seconds)}, the record's time to live."


def fences_part(run: MigrationRun) -> str:
    """Return which databases of the source will refuse other writers, and why some will not; nothing without databases."""
    found = look_at_fences(run)
    lines = [
        f"- **{cell(place)}: cannot be fenced**: {cell(why)}; look yourself for writers outside the namespaces"
        if why
        else f"- {cell(place)}: refuses every writer but the migration from the stop on"
        for place, why in found
    ]
    return "\n".join(["### The source's databases\n", *lines]) + "\n" if lines else ""


def going_back_part(run: MigrationRun) -> str:
    """Return what stops and undoes it."""
    lines = [
        "- **Before the switch** mark the run as failed: the source starts again, and nothing is lost.",
        "- **While the target is watched** mark `watch_target` as failed: the traffic goes back. What customers wrote on the target "
        "stays there; databases that are followed take it back to the source.",
        "- **Later, until the source is retired,** trigger `roll_back_cutover`: it brings back what customers wrote on the target, and "
        "asks before it stops anything.",
        "- **A rejection** ends this run and changes nothing: the source goes on serving, and a new run finds what was copied.",
    ]
    return "\n".join(["### How to go back\n", *lines]) + "\n"
