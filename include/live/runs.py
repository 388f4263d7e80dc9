"""Hold the views of the runs that were looked at lately."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.errors import LedgerError
from include.inventory.model import SEVERITIES
from include.ledger.failures import FOLDER as FAILURES
from include.ledger.finding import OPENED_WITH, run_folders
from include.ledger.storage import DocumentFolder
from include.live.asked import approvals_of
from include.live.choosing import Choice, Page, choose
from include.live.cutover import downtime_of, predicted_downtime
from include.live.details import changed_objects, details_of
from include.live.documents import Documents
from include.live.pieces import running_pieces, with_pieces
from include.live.reported import rehearsals, report_of
from include.live.rows import STATES, Joined, Row
from include.live.timeline import phases_of, progress_of
from include.report.document import Kind

if TYPE_CHECKING:
    from upath import UPath

# The report's rule for an item that did not arrive.
UNPROVED = "item_without_proof"
# A run of 10,000 items takes about 20 MB.
MOST_RUNS = 12


SHORT: dict[str, Any] = {"waiting": [], "phase": None}


@dataclass(frozen=True)
class Situation:
    """Say what is known of a run outside its ledger.

    :param is_live: tasks of it run or wait.
    """

    kind: Kind = "migration"
    is_live: bool = False


class RunView:
    """Answer what a page asks of one run. Safe to use from several threads; one at a time is served."""

    def __init__(self, folder: UPath | Path) -> None:
        self.folder = folder
        self.migration = folder.parent.name
        self._documents = Documents(folder)
        self._joined = Joined(self._documents)
        self._others: dict[str, Documents] = {}
        self._lock = threading.RLock()

    def summary(self, situation: Situation) -> dict[str, Any]:
        """Return everything but the long lists."""
        with self._lock:
            moment = datetime.now(UTC)
            kind, report = self._kind(situation), report_of(self._documents)
            rows, pieces = self._rows(kind, situation.is_live, moment)
            phases = phases_of(self._documents, rows, is_live=situation.is_live, moment=moment)
            return {
                "migration": self.migration,
                "kind": kind,
                "report": {name: report[name] for name in ("result", "started", "finished")}
                if report
                else None,
                "started": min((phase.started for phase in phases if phase.started), default=None),
                "progress": round(progress_of(phases), 4),
                "expected_end": max((phase.expected_end or "" for phase in phases), default="") or None,
                "states": _count(rows),
                "phases": [phase.as_dict() for phase in phases],
                "pieces": pieces,
                "approvals": approvals_of(self._documents, is_live=situation.is_live),
                "failures": self._failures(),
                "findings": _severities(self._findings(situation)),
                "downtime": downtime_of(self._documents),
                "predicted_downtime": predicted_downtime(self._documents),
                "changed_objects": len(changed_objects(self._documents)),
            }

    def short(self, situation: Situation) -> dict[str, Any]:
        """Return what a list of runs shows of this one; of a finished run nothing but its report is read."""
        with self._lock:
            report = report_of(self._documents)
        if report is not None and not situation.is_live:
            return {**SHORT, "migration": self.migration, "progress": 1.0, **_taken(report)}
        whole = self.summary(situation)
        return {
            "migration": whole["migration"],
            "kind": whole["kind"],
            "result": None,
            "progress": whole["progress"],
            "downtime": (whole["downtime"] or {}).get("seconds"),
            "waiting": [one["question"] for one in whole["approvals"] if one["is_waiting"]],
            "failed": whole["states"].get("failed", 0),
            "phase": next((one["id"] for one in whole["phases"] if one["state"] == "running"), None),
        }

    def items(self, situation: Situation, choice: Choice) -> Page:
        """Return a page of the items."""
        with self._lock:
            rows = self._now(situation)
            page = choose(
                rows,
                choice,
                searched=("key", "source", "target", "problem", "note"),
                orders={"state": STATES},
            )
        return Page([row.as_dict() for row in page.rows], page.total, page.counts)

    def item(self, situation: Situation, phase: str, key: str) -> dict[str, Any] | None:
        """Return everything known of one item, or None for one that neither plan nor ledger has."""
        with self._lock:
            rows = self._now(situation)
            row = next((row for row in rows if (row.phase, row.key) == (phase, key)), None)
            return None if row is None else {"row": row.as_dict(), **details_of(self._documents, phase, key)}

    def findings(self, situation: Situation, choice: Choice) -> Page:
        """Return a page of the findings."""
        with self._lock:
            return choose(
                self._findings(situation),
                choice,
                read=dict.get,
                searched=("rule", "object", "message", "remedy"),
                orders={"severity": SEVERITIES},
            )

    def changes(self, choice: Choice) -> Page:
        """Return a page of the objects that the adaptation changed."""
        with self._lock:
            rows = [{**one, "words": " ".join(one["rules"])} for one in changed_objects(self._documents)]
            return choose(rows, choice, read=dict.get, searched=("object", "words"))

    def trend(self) -> list[dict[str, Any]]:
        """Return the rehearsals of the run's migration, oldest first."""
        with self._lock:
            return rehearsals(self.folder, self._others)

    def _rows(self, kind: Kind, is_live: bool, moment: datetime) -> tuple[list[Row], list[dict[str, Any]]]:
        """Return the items, and the pieces of work that go on."""
        rows = self._joined.rows(kind)
        if not is_live:
            return rows, []
        unfinished = [
            one["id"] for one in self._documents.all("phases", dict).values() if not one["finished"]
        ]
        pieces = running_pieces(self._documents, unfinished, moment)
        return with_pieces(rows, pieces), pieces

    def _now(self, situation: Situation) -> list[Row]:
        return self._rows(self._kind(situation), situation.is_live, datetime.now(UTC))[0]

    def _kind(self, situation: Situation) -> Kind:
        report = report_of(self._documents)
        kind: Kind = report["kind"] if report else situation.kind
        return kind

    def _failures(self) -> list[dict[str, Any]]:
        rows = self._documents.all(FAILURES, dict).values()
        return sorted((row for row in rows if row["resolved"] is None), key=lambda row: str(row["at"]))

    def _findings(self, situation: Situation) -> list[dict[str, Any]]:
        """Return the findings of the report, or those of the source while there is none."""
        report = report_of(self._documents)
        if report is not None and not situation.is_live:
            return list(report["findings"] or [])
        return list((self._documents.one("findings") or {}).get("findings") or [])


def find_run(root: UPath | Path, run_id: str, definition: str | None = None) -> UPath | Path | None:
    """Return the folder of a run, or None while it has none.

    :param definition: what it was opened with, where that is known: runs of several migrations that were scheduled for
        the same moment share their id.
    """
    folders = list(run_folders(root, run_id))
    fitting = [folder for folder in folders if definition and _opened_with(folder) == definition]
    return next(iter(fitting or folders), None)


@lru_cache(MOST_RUNS)
def open_view(folder: UPath | Path) -> RunView:
    """Return the view of a run's folder, the same one for those who look at it lately."""
    return RunView(folder)


def _note(folder: UPath | Path) -> dict[str, Any]:
    try:
        note = json.loads(DocumentFolder(folder).get(OPENED_WITH))
    except (LedgerError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _opened_with(folder: UPath | Path) -> str | None:
    return _note(folder).get("definition")


def _count(rows: list[Row]) -> dict[str, int]:
    found: dict[str, int] = dict.fromkeys(STATES, 0)
    for row in rows:
        found[row.state] += 1
    return found


def _severities(findings: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(one.get("severity") == name for one in findings) for name in SEVERITIES}


def _taken(report: dict[str, Any]) -> dict[str, Any]:
    unproved = sum(one.get("rule") == UNPROVED for one in report["findings"] or [])
    return {**{name: report[name] for name in ("kind", "result", "downtime")}, "failed": unproved}
