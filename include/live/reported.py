"""Read what the pages show of a finished run out of its report, without its thousands of items."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from include.live.documents import Documents
from include.rehearsal.names import disposable_name

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

DOCUMENT = "report"
KEPT = ("migration", "run_id", "kind", "result", "started", "finished", "findings")
MOST_RUNS = 30
# The report's rule for an item that did not arrive.
UNPROVED = "item_without_proof"
# As many as a list of runs shows, and some.
MOST_LISTED = 500
_reading = threading.Lock()


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


def short_report(folder: UPath | Path) -> dict[str, Any] | None:
    """Return what a list of runs shows of a finished one, or None where there is no report."""
    with _reading:
        report = report_of(_documents_of(folder))
    if report is None:
        return None
    unproved = sum(one.get("rule") == UNPROVED for one in report["findings"] or [])
    known = {name: report[name] for name in ("migration", "kind", "result", "downtime")}
    return {**known, "progress": 1.0, "waiting": [], "phase": None, "failed": unproved}


@lru_cache(MOST_LISTED)
def _documents_of(folder: UPath | Path) -> Documents:
    return Documents(folder)


def _reports(folder: UPath | Path, known: dict[str, Documents]) -> Iterator[dict[str, Any]]:
    for other in _runs_beside(folder):
        report = report_of(known.setdefault(str(other), Documents(other)))
        if report is not None:
            yield report


def _runs_beside(folder: UPath | Path) -> Iterator[UPath | Path]:
    migration = folder.parent
    for place in (migration, migration.parent / disposable_name(migration.name)):
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
