"""Draw the report as one self-contained HTML page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.approvals import Answer
from include.errors import shorten
from include.progress import readable_bytes, readable_seconds
from include.report.adaptation_view import AdaptationView
from include.report.building import REASON_RULES
from include.report.document import Downtime, DowntimeStep, Report, ReportPhase, RollBack
from include.report.finding_groups import group_findings, sum_up
from include.report.latency_chart import percentiles_text
from include.report.rows import Row
from include.report.trend_view import TrendView
from include.report.verification_view import VerificationView

TEMPLATES = Path(__file__).parent / "templates"
SMALLEST_BAR_PERCENT = 0.6
LONGEST_VALUE = 160
NOTHING = "\N{EN DASH}"
RESULT_WORDS = {"succeeded": "Succeeded", "failed": "Failed", "rolled_back": "Rolled back"}


def render_page(
    report: Report,
    rows: Sequence[Row],
    answers: Sequence[Answer] = (),
    adaptation: AdaptationView | None = None,
    verification: VerificationView | None = None,
    trend: TrendView | None = None,
) -> str:
    """Return the page: result, numbers, reasons, downtime, phases, approvals, verification, items with proofs, changes, findings."""
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        result_word=RESULT_WORDS[report.result],
        tiles=_tiles(report, rows),
        bars={phase.id: _bar(report, phase) for phase in report.phases},
        passages=_passages(report),
        groups=[_group(phase.id, rows) for phase in report.phases],
        rules=group_findings(report.findings),
        finding_counts=sum_up(report.findings),
        reasons=[finding for finding in report.findings if finding.get("rule") in REASON_RULES],
        answers=answers,
        adaptation=adaptation if adaptation and adaptation.count else None,
        verification=verification if verification and verification.kinds else None,
        trend=trend,
    )


def environment() -> Environment:
    """Return the templates' environment, with the filters that write values for people."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        size=readable_bytes,
        seconds=_seconds,
        moment=_moment,
        value=_value,
        words=_words,
        span=_span,
        percentiles=percentiles_text,
    )
    return made


def _tiles(report: Report, rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Return (label, number, note) of the numbers at the top."""
    counted = [row for row in rows if not row.is_excluded]
    proven = sum(1 for row in counted if row.proof and row.proof.equal)
    waived = sum(1 for row in counted if row.waiver)
    moved = sum(row.record.bytes for row in rows if row.record)
    excluded = len(rows) - len(counted)
    tiles = [
        ("Proven equal", f"{proven} of {len(counted)}", _note(waived=waived, excluded=excluded)),
        ("Data moved", readable_bytes(moved), f"{len(report.phases)} phases"),
        ("Duration", _span(report.started, report.finished), "first phase to report"),
    ]
    if report.downtime:
        lost, doubled = report.downtime.writes_lost, report.downtime.writes_doubled
        acknowledged = report.downtime.writes_acknowledged
        tiles += [
            ("Downtime", _seconds(report.downtime.seconds), f"{report.downtime.requests} requests sent"),
            ("Writes lost", str(lost), f"of {acknowledged}, {doubled} doubled"),
        ]
    return tiles


def _note(**counts: int) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none waived"


def _group(phase: str, rows: Sequence[Row]) -> tuple[str, list[Row], list[str]]:
    """Return a phase's rows, and the states among them by which the page hides whole groups."""
    chosen = [row for row in rows if row.phase == phase]
    return phase, chosen, sorted({row.state for row in chosen})


def _bar(report: Report, phase: ReportPhase) -> tuple[float, float]:
    """Return start and width of a phase on the run's time line, in percent."""
    begin, end = _parsed(report.started), _parsed(report.finished)
    started, finished = _parsed(phase.started), _parsed(phase.finished) or end
    if not (begin and end and started and finished) or end <= begin:
        return 0.0, 0.0
    whole = (end - begin).total_seconds()
    left = max(0.0, min(100.0 - SMALLEST_BAR_PERCENT, (started - begin).total_seconds() / whole * 100))
    width = (min(finished, end) - started).total_seconds() / whole * 100
    return round(left, 2), round(max(SMALLEST_BAR_PERCENT, min(width, 100 - left)), 2)


def _passages(
    report: Report,
) -> list[tuple[str, str, Downtime | RollBack, list[tuple[DowntimeStep, float, float]]]]:
    """Return (id, title, figures, steps) of the cutover and of the way back, where they were measured."""
    found: list[tuple[str, str, Downtime | RollBack | None]] = [
        ("downtime", "Downtime at the front door", report.downtime),
        ("rollback", "The way back", report.rollback),
    ]
    return [
        (name, title, one, _steps(one.steps)) for name, title, one in found if one and one.seconds is not None
    ]


def _steps(steps: Sequence[DowntimeStep]) -> list[tuple[DowntimeStep, float, float]]:
    """Return each step with its start and width on one time line, in percent; steps of old runs lack a start."""
    placed = [step for step in steps if step.started is not None]
    begin = min((step.started or 0.0 for step in placed), default=0.0)
    whole = max(((step.started or 0.0) + step.seconds for step in placed), default=0.0) - begin or 1.0
    return [
        (
            step,
            round(min(((step.started or 0.0) - begin) / whole * 100, 100 - SMALLEST_BAR_PERCENT), 2),
            round(max(step.seconds / whole * 100, SMALLEST_BAR_PERCENT), 2),
        )
        for step in placed
    ]


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds:.1f} s" if seconds < 10 else readable_seconds(seconds)


def _parsed(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None


def _span(started: str | None, finished: str | None) -> str:
    begin, end = _parsed(started), _parsed(finished)
    return _seconds((end - begin).total_seconds()) if begin and end else NOTHING


def _moment(moment: str | None) -> str:
    parsed = _parsed(moment)
    return parsed.strftime("%Y-%m-%d %H:%M:%S UTC") if parsed else NOTHING


def _value(value: Any) -> str:
    """Return a proof's value on one line."""
    if value is None:
        return NOTHING
    if isinstance(value, dict):
        return shorten(", ".join(f"{key}: {_value(one)}" for key, one in value.items()), LONGEST_VALUE)
    if isinstance(value, list):
        return shorten(json.dumps(value, ensure_ascii=False), LONGEST_VALUE)
    return shorten(str(value), LONGEST_VALUE)


def _words(identifier: str) -> str:
    return identifier.replace("_", " ")
