"""Build the report and judge the run: partial is failure, absence is failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.choice import recorded_choice
from include.ledger import Ledger, PhaseRecord, open_failures
from include.ledger.records import now
from include.phases import PHASES
from include.report.document import Downtime, Kind, Report, ReportPhase, Result
from include.report.made_resources import made_findings
from include.report.rollback import roll_back_of
from include.report.rows import Row, join_rows, phase_order, planned_items, untouched_phases
from include.report.slow_checks import slow_findings
from include.waivers import waiver_findings

DOWNTIME_DOCUMENT = "cutover/downtime"
FINDINGS_DOCUMENT = "findings"
ASSESSMENT_DOCUMENT = "assessment"
EVIDENCE_DOCUMENT = "evidence/key"
CERTIFICATE_DOCUMENT = "retirement/certificate"
REASON_RULES = frozenset({
    "item_without_proof",
    "empty_plan",
    "downtime_not_measured",
    "task_failed",
    "writes_not_exactly_once",
})


def build_report(ledger: Ledger, kind: Kind, result: Result) -> dict[str, Any]:
    """Return report.json of a run, made from its ledger alone.

    :param result: how the run's tasks ended. `succeeded` becomes `failed` when an item lacks an equal
        proof and a waiver, when the plan is empty, or when a migration measured no downtime; the reasons
        are added to the findings.
    """
    return judge_run(ledger, kind, result, join_rows(ledger, kind)).as_json()


def judge_run(ledger: Ledger, kind: Kind, result: Result, rows: Sequence[Row]) -> Report:
    """Return the report of joined rows."""
    downtime = _downtime(ledger)
    reasons = list(_reasons(ledger, kind, rows, downtime))
    phases = _phases(ledger, kind, rows)
    judged: Result = "failed" if reasons and result == "succeeded" else result
    left = [] if judged == "succeeded" else list(made_findings(ledger))
    return Report(
        migration=ledger.migration,
        run_id=ledger.run_id,
        kind=kind,
        result=judged,
        started=min((phase.started for phase in phases if phase.started), default=None),
        finished=now(),
        phases=phases,
        items=[row.as_item() for row in rows],
        downtime=downtime,
        rollback=roll_back_of(ledger) if result == "rolled_back" else None,
        findings=[
            *_findings(ledger),
            *_unmeasured(ledger),
            *_left_out(ledger, kind),
            *_waivers(ledger, rows),
            *slow_findings(ledger),
            *left,
            *reasons,
        ],
        assessment=assessment_of(ledger) if kind == "assessment" else None,
        evidence=_optional(ledger, EVIDENCE_DOCUMENT),
        certificate=_optional(ledger, CERTIFICATE_DOCUMENT),
    )


def _optional(ledger: Ledger, document: str) -> Any:
    return ledger.read(document) if ledger.exists(document) else None


def assessment_of(ledger: Ledger) -> dict[str, Any] | None:
    """Return what a migration of the source means, or None when no task came to write it."""
    return ledger.read(ASSESSMENT_DOCUMENT) if ledger.exists(ASSESSMENT_DOCUMENT) else None


def _reasons(
    ledger: Ledger, kind: Kind, rows: Sequence[Row], downtime: Downtime | None
) -> Iterator[dict[str, Any]]:
    for failure in open_failures(ledger):
        yield _finding(
            "task_failed",
            failure["task"],
            failure["error"],
            "mend the cause, then clear the task or run again",
        )
    for row in rows:
        if row.problem:
            yield _finding(
                "item_without_proof",
                f"{row.phase}/{row.key}",
                row.problem,
                "repair it and run the phase again, or record a waiver with a name and a reason",
            )
    if kind == "assessment":
        return
    if not planned_items(ledger):
        yield _finding("empty_plan", ledger.migration, "the plan has no items", "check source.namespaces")
    if kind == "migration":
        yield from _cutover_reasons(ledger, downtime)


def _cutover_reasons(ledger: Ledger, downtime: Downtime | None) -> Iterator[dict[str, Any]]:
    if downtime is None:
        yield _finding(
            "downtime_not_measured",
            ledger.migration,
            "no client probe measured the cutover",
            "look at the probe's task of the cutover phase",
        )
    elif downtime.writes_lost or downtime.writes_doubled:
        yield _finding(
            "writes_not_exactly_once",
            ledger.migration,
            f"{downtime.writes_lost} acknowledged writes lost, {downtime.writes_doubled} doubled",
            "compare the written sequences on both sides before the source is let go",
        )


def _finding(rule: str, name: str, message: str, remedy: str, severity: str = "blocker") -> dict[str, Any]:
    finding = {"rule": rule, "severity": severity, "object": name, "message": message, "remedy": remedy}
    return {**finding, "why": "", "handled_by": None}


def _phases(ledger: Ledger, kind: Kind, rows: Sequence[Row]) -> list[ReportPhase]:
    expected = {row.phase for row in rows} - untouched_phases(ledger, kind)
    # What another DAG began on this run, and gave up before it did anything, is no phase of it.
    records = {
        record.id: record
        for record in ledger.phases()
        if record.finished or record.id in {*PHASES, *expected}
    }
    names = sorted(records.keys() | expected, key=phase_order)
    return [_phase(name, records.get(name), [row for row in rows if row.phase == name]) for name in names]


def _phase(name: str, record: PhaseRecord | None, rows: Sequence[Row]) -> ReportPhase:
    is_good = record is not None and record.result == "succeeded" and not any(row.problem for row in rows)
    return ReportPhase(
        id=name,
        started=record.started if record else None,
        finished=record.finished if record else None,
        items=len(rows),
        bytes=sum(row.record.bytes for row in rows if row.record),
        result="succeeded" if is_good else "failed",
    )


def _downtime(ledger: Ledger) -> Downtime | None:
    if not ledger.exists(DOWNTIME_DOCUMENT):
        return None
    return Downtime.model_validate(ledger.read(DOWNTIME_DOCUMENT))


def _unmeasured(ledger: Ledger) -> Iterator[dict[str, Any]]:
    seconds = ledger.read(DOWNTIME_DOCUMENT).get("unmeasured_seconds", 0.0) if _downtime(ledger) else 0.0
    if seconds > 0:
        yield _finding(
            "downtime_partly_unmeasured",
            ledger.migration,
            f"the client probe was killed and started again: for {seconds:.1f} s of the cutover nobody measured, and what "
            "failed then is not counted",
            "add these seconds to the downtime if you have to be sure",
            severity="warning",
        )


def _waivers(ledger: Ledger, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    if planned_items(ledger) and rows:
        yield from waiver_findings(ledger, {(row.phase, row.key): row.state == "equal" for row in rows})


def _left_out(ledger: Ledger, kind: Kind) -> Iterator[dict[str, Any]]:
    if kind == "partial":
        names = sorted(recorded_choice(ledger).left_out, key=phase_order)
        yield _finding(
            "phases_not_chosen",
            ledger.migration,
            f"not chosen for this run, so that nothing of them is done or proved: {', '.join(names)}",
            "trigger a run of all phases to migrate: it copies only what differs by then",
            severity="warning",
        )


def _findings(ledger: Ledger) -> list[dict[str, Any]]:
    return list(ledger.read(FINDINGS_DOCUMENT)["findings"]) if ledger.exists(FINDINGS_DOCUMENT) else []
