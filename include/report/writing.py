"""Write report.json and report.html into the run's ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from include.approvals import answers
from include.choice import recorded_choice
from include.ledger import Ledger
from include.report.adaptation_view import view_adaptation
from include.report.assessment_page import render_assessment
from include.report.building import REASON_RULES, judge_run
from include.report.document import Kind, Report, Result
from include.report.page import render_page
from include.report.plan_view import view_plan
from include.report.rows import Row, join_rows
from include.report.verification_view import view_verification

PAGE = "report.html"


def write_plan_page(ledger: Ledger) -> None:
    """Write `report.html` of a run that has a plan and has done nothing yet; the report takes its place at the end.

    There is no `report.json` before the end: other programs take it for the run's result.
    """
    state = judge_run(ledger, "assessment", "succeeded", [])
    # A failure of a former try says nothing of the plan that there is now.
    findings = [one for one in state.findings if one.get("rule") not in REASON_RULES]
    ledger.write_text(
        PAGE, render_assessment(state.model_copy(update={"findings": findings}), view_plan(ledger))
    )


def write_report(ledger: Ledger, kind: Kind, result: Result) -> dict[str, Any]:
    """Write `report.json` and `report.html` beside each other and return the report.

    The page lies at `ledger.folder / "report.html"`; it needs no other file.
    """
    rows = join_rows(ledger, kind)
    report = judge_run(ledger, kind, result, rows)
    document = report.as_json()
    ledger.write("report", document)
    is_assessment = kind == "assessment"
    ledger.write_text(PAGE, _assessment(ledger, report) if is_assessment else _page(ledger, report, rows))
    return document


def kind_of_run(ledger: Ledger, kind: Kind) -> Kind:
    """Return the kind of report that a run of this kind of DAG has, as far as it was chosen to go."""
    choice = recorded_choice(ledger)
    if kind != "migration":
        return kind
    if choice.is_plan_only:
        return "assessment"
    return "partial" if "cutover" in choice.left_out else kind


def _assessment(ledger: Ledger, report: Report) -> str:
    """Return the page, with the plan where there is one: a run that ends with its plan shows it for good."""
    return render_assessment(report, view_plan(ledger) if ledger.exists("plan") else None)


def _page(ledger: Ledger, report: Report, rows: Sequence[Row]) -> str:
    return render_page(
        report, rows, answers(ledger), view_adaptation(ledger, rows), view_verification(ledger, rows)
    )
