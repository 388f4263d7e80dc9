"""The report shows what verification compared, kind by kind, and the latencies of both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.ledger import Ledger
from include.report import write_report
from include.report.latency_chart import LABELS, SCALE, latency_chart, percentiles_text
from include.report.rows import join_rows
from include.report.verification_view import view_verification
from include.verification.checks.comparison import Comparison, write_comparison
from include.verification.checks.latencies import Latencies, Percentiles
from tests.builders.runs import item, ledger, plan_row, proof

FAST, SLOW = Percentiles(20, 0, 0.004, 0.009, 0.012), Percentiles(20, 1, 0.05, 0.09, 0.2)
KINDS = ("check", "workload", "pods", "service", "name", "ingress", "mount", "schedule", "object")


def comparison(name: str = "front page", **fields: Any) -> Comparison:
    known: dict[str, Any] = {
        "source": None,
        "latencies": Latencies(FAST, FAST),
        "limit": 2.0,
        "is_slow": False,
    }
    return Comparison(name=name, method="GET /", **{**known, **fields})


@pytest.fixture
def verified(tmp_path: Path) -> Ledger:
    book = ledger(tmp_path)
    rows = [plan_row(f"{kind}/web", "verification", kind=kind, source=f"{kind} of web") for kind in KINDS]
    book.write("plan", {"items": rows})
    for kind in KINDS:
        key = f"{kind}/web"
        book.record_item("verification", item(key, "verification", kind=kind, source=f"{kind} of web"))
        book.record_proof(
            "verification", key, proof("as it was", "as it was" if kind != "mount" else "<other>")
        )
    write_comparison(book, comparison())
    write_comparison(book, comparison("orders", latencies=Latencies(FAST, SLOW), is_slow=True))
    write_comparison(book, comparison("sent once", latencies=None))
    return book


def test_rows_stand_by_kind_the_functions_first_and_the_objects_last(verified: Ledger) -> None:
    view = view_verification(verified, join_rows(verified, "rehearsal"))
    assert [one.kind for one in view.kinds] == list(KINDS)
    assert {one.kind: one.state for one in view.kinds if one.state != "equal"} == {"mount": "open"}
    assert [len(one.rows) for one in view.kinds] == [1] * 8 + [0]


def test_the_page_shows_both_values_and_escapes_them(verified: Ledger) -> None:
    write_report(verified, "rehearsal", "succeeded")
    page = (verified.folder / "report.html").read_text()
    assert "Volumes are mounted" in page
    assert "&lt;other&gt;" in page
    assert page.count('<g class="source">') == 2
    assert page.count('<g class="target slow">') == 1
    assert "4.0 / 9.0 / 12 ms" in page


def test_a_slow_check_is_a_warning_among_the_findings(verified: Ledger) -> None:
    report = write_report(verified, "rehearsal", "succeeded")
    (found,) = [one for one in report["findings"] if one["rule"] == "slower_than_the_source"]
    assert (found["severity"], found["object"]) == ("warning", "check orders")
    assert "10.0 times as long, more than 2" in found["message"]


def test_every_bar_lies_on_the_scale() -> None:
    chart = latency_chart([comparison(), comparison("slow", latencies=Latencies(FAST, SLOW))])
    assert chart is not None
    for lane in chart.lanes:
        for bar in lane.bars:
            assert LABELS <= bar.x <= bar.mark <= bar.x + bar.width <= LABELS + SCALE
    assert [text for _, text in chart.ticks] == ["1 ms", "10 ms", "100 ms", "1 s"]


def test_longer_latencies_lie_further_to_the_right() -> None:
    chart = latency_chart([comparison(latencies=Latencies(FAST, SLOW))])
    assert chart is not None
    source, target = chart.lanes[0].bars
    assert source.mark < target.x


@pytest.mark.parametrize(
    ("side", "text"),
    [
        (None, "not asked"),
        (Percentiles(3, 3, 0, 0, 0), "no answer, 3 of 3 without an answer"),
        (SLOW, "50 / 90 / 200 ms, 1 of 20 without an answer"),
    ],
)
def test_percentiles_say_what_was_not_answered(side: Percentiles | None, text: str) -> None:
    assert percentiles_text(side) == text


def test_a_run_that_measured_nothing_has_no_chart(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"items": [plan_row("check/web", "verification", kind="check")]})
    write_report(book, "rehearsal", "succeeded")
    page = (book.folder / "report.html").read_text()
    assert "Verification</h2>" in page
    assert r"<svg" not in page
