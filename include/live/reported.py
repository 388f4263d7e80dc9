"""Read what the pages show of a finished run out of its report, without its thousands of items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.live.documents import Documents

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

DOCUMENT = "report"
KEPT = ("migration", "run_id", "kind", "result", "started", "finished", "findings")
MOST_RUNS = 30
# A rehearsal is a migration of its own, named after the one that it rehearses.
OF_REHEARSALS = "-rehearsal"


def report_of(documents: Documents) -> dict[str, Any] | None:
    """Return kind, result, moments, phases, downtime and findings of a report, or None while there is none."""
    found: dict[str, Any] | None = documents.one(DOCUMENT, _shape)
    return found


def rehearsals(folder: UPath | Path, known: dict[str, Documents]) -> list[dict[str, Any]]:
    """Return the reports of the rehearsals of a run's migration, oldest first, the last thirty of them.

    :param folder: the run's folder; those of the other runs lie beside it, those of rehearsals also beside its migration's.
    :param known: keeps what was read of each folder.
    """
    found = [report for report in _reports(folder, known) if report["kind"] == "rehearsal"]
    chosen = sorted(found, key=lambda report: str(report["started"]))[-MOST_RUNS:]
    return [{name: value for name, value in report.items() if name != "findings"} for report in chosen]


def _reports(folder: UPath | Path, known: dict[str, Documents]) -> Iterator[dict[str, Any]]:
    for other in _runs_beside(folder):
        report = report_of(known.setdefault(str(other), Documents(other)))
        if report is not None:
            yield report


def _runs_beside(folder: UPath | Path) -> Iterator[UPath | Path]:
    migration = folder.parent
    for place in (migration, migration.parent / f"{migration.name}{OF_REHEARSALS}"):
        if place.is_dir():
            yield from (run for run in place.iterdir() if run.is_dir())


def _shape(report: Mapping[str, Any]) -> dict[str, Any]:
    predicted: defaultdict[str, float] = defaultdict(float)
    for item in report.get("items") or []:
        predicted[item["phase"]] += item.get("predicted_seconds") or 0.0
    return {
        **{name: report.get(name) for name in KEPT},
        "phases": [_phase(phase, predicted[phase["id"]]) for phase in report.get("phases") or []],
        "downtime": (report.get("downtime") or {}).get("seconds"),
    }


def _phase(phase: Mapping[str, Any], predicted: float) -> dict[str, Any]:
    started, finished = phase.get("started"), phase.get("finished")
    span = (
        datetime.fromisoformat(finished) - datetime.fromisoformat(started) if started and finished else None
    )
    return {
        "id": phase["id"],
        "result": phase["result"],
        "seconds": span.total_seconds() if span is not None else None,
        "predicted": round(predicted, 1),
    }
