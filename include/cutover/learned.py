"""Predict the downtime from what an earlier cutover or rehearsal of the same migration measured."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from include.ledger.finding import other_runs, runs_of
from include.planning.model import load_plan
from include.rehearsal.names import disposable_name

if TYPE_CHECKING:
    from include.ledger.storage import DocumentFolder
    from include.run import MigrationRun

DOWNTIME = "cutover/downtime"
SWITCHED = "cutover/endpoint"
ROLLED_BACK = "cutover/rolled-back"
REPORT = "report"
OUTCOME = "rehearsal/outcome"
PLAN = "plan"
CUTOVER_PASSAGE = "cutover"
# Read whole by the last pass; of buckets it asks what changed, and everything else does not grow with the data.
GROWING = {"databases": "database", "volumes": "volume"}
READING = ("copy the last changes of the ", "prove the ")
# What no rehearsal does: pods end, fences are shut, the record is written.
STOP_AND_SWITCH_SECONDS = 10.0
PASSES = ("databases", "buckets", "volumes")

Steps = dict[str, float]


def learned_downtime(run: MigrationRun) -> dict[str, Any] | None:
    """Return `{"seconds", "unknown", "steps", "basis"}` by what was measured last, scaled to the data of now.

    A cutover that was gone through is asked first, then a green rehearsal; None where this migration has neither.
    """
    cutovers = ((switched_at(one), one) for one in other_runs(run.ledger))
    found = _latest((moment, folder) for moment, folder in cutovers if moment)
    if found is not None:
        basis = f"measured in the cutover of run {_run_id(found)}"
        return _prediction(basis, _scaled(run, found, _cutover_steps(_read(found, DOWNTIME))))
    return _from_rehearsal(run)


def switched_at(folder: DocumentFolder) -> str:
    """Return when a run moved the traffic for good, as far as its own watch could tell; nothing when it did not."""
    if not (folder.has(DOWNTIME) and folder.has(SWITCHED)) or not _outages(_read(folder, DOWNTIME)):
        return ""
    if folder.has(ROLLED_BACK) and _read(folder, ROLLED_BACK).get("passage") == CUTOVER_PASSAGE:
        # Its downtime is that of both ways.
        return ""
    return str(_read(folder, SWITCHED)["at"])


def _from_rehearsal(run: MigrationRun) -> dict[str, Any] | None:
    folders = runs_of(run.ledger, disposable_name(run.ledger.migration))
    green = ((moment, one) for one in folders if (moment := _green_at(one)))
    found = _latest(green)
    if found is None:
        return None
    steps = _scaled(
        run, found, {one["name"]: float(one["seconds"]) for one in _read(found, OUTCOME)["steps"]}
    )
    passes = [{name: steps.pop(name) for name in list(steps) if name.endswith(f" {kind}")} for kind in PASSES]
    slowest = max(passes, key=lambda one: sum(one.values()))
    whole = {
        "stop of the source and switch (guessed)": STOP_AND_SWITCH_SECONDS,
        **slowest,
        **steps,
        "time to live of the DNS record": float(run.definition.front_door.ttl_seconds),
    }
    return _prediction(f"measured in rehearsal {_run_id(found)}, where a rehearsal can measure it", whole)


def _green_at(folder: DocumentFolder) -> str:
    report = _read(folder, REPORT) if folder.has(REPORT) and folder.has(OUTCOME) else {}
    return str(report["finished"]) if report.get("result") == "succeeded" else ""


def _cutover_steps(downtime: dict[str, Any]) -> Steps:
    """Return the steps that the switch waited for, and what customers waited beside them."""
    begun, ended = _outages(downtime)[0]
    steps = {one["name"]: float(one["seconds"]) for one in downtime["steps"] if one["critical"]}
    between = ended - begun - sum(steps.values())
    return {**steps, "between the steps, and until clients noticed the switch": max(between, 0.0)}


def _scaled(run: MigrationRun, past: DocumentFolder, steps: Steps) -> Steps:
    """Return the steps with those that read all data as much longer as there is more data now; never shorter."""
    before = _bytes(_read(past, PLAN)["items"]) if past.has(PLAN) else {}
    present = _bytes(
        row.model_dump(include={"kind", "action", "bytes"}) for row in load_plan(run.ledger).items()
    )
    grown = {
        f"{reading}{name}": present.get(kind, 0) / before[kind]
        for name, kind in GROWING.items()
        for reading in READING
        if before.get(kind)
    }
    return {name: seconds * max(grown.get(name, 1.0), 1.0) for name, seconds in steps.items()}


def _bytes(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        if row["action"] != "exclude":
            found[row["kind"]] = found.get(row["kind"], 0) + int(row.get("bytes") or 0)
    return found


def _prediction(basis: str, steps: Steps) -> dict[str, Any]:
    return {
        "seconds": round(sum(steps.values()), 1),
        "unknown": 0,
        "steps": [
            {"name": name, "seconds": round(seconds, 1)} for name, seconds in steps.items() if seconds >= 0.05
        ],
        "basis": basis,
    }


def _latest(found: Iterable[tuple[str, DocumentFolder]]) -> DocumentFolder | None:
    latest = max(found, key=lambda one: one[0], default=None)
    return latest[1] if latest else None


def _outages(downtime: dict[str, Any]) -> list[list[float]]:
    return list(downtime.get("outages") or [])


def _run_id(folder: DocumentFolder) -> str:
    return str(_read(folder, REPORT)["run_id"]) if folder.has(REPORT) else folder.root.name


def _read(folder: DocumentFolder, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(folder.get(name))
    return found
