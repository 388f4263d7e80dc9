"""The page that a question for the plan's approval leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.ledger import Ledger, record_failure
from include.planning import plan_summary
from include.planning.drift import Change, note_changes
from include.planning.model import Plan, PlanItem, load_plan, save_plan
from include.proposal import propose
from include.report import plan_view, write_plan_page
from tests.builders.objects import deployment, pod
from tests.builders.proposals import run_on, source, without_services


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    without_services(monkeypatch)
    run = run_on(tmp_path, source(deployment("<b>"), pod("bare")))
    propose(run)
    return run.ledger


def page_of(book: Ledger) -> str:
    return (Path(str(book.folder)) / "report.html").read_text(encoding="utf-8")


def test_the_page_shows_plan_target_and_findings(book: Ledger) -> None:
    page = page_of(book)
    for text in (
        "migration plan",
        "nothing was changed until then, the report takes the place of this page",
        "What stands in the way",
        "What will be made, and what is taken",
        "bucket cce-migration-velero",
        "Every item",
        "Deployment shop/&lt;b&gt; running",
        "it has no controller",
        "cce.s2.small",
    ):
        assert text in page, text
    assert "What has changed on the source" not in page


def test_the_downtime_is_that_of_an_earlier_cutover_where_there_was_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_services(monkeypatch)
    run = run_on(tmp_path, source(deployment()))
    earlier = Ledger(tmp_path, run.ledger.migration, "earlier")
    step = {"name": "switch the front door", "seconds": 3.5, "started": 0.0, "critical": True}
    earlier.write("cutover/downtime", {"seconds": 4.0, "outages": [[10.0, 14.0]], "steps": [step]})
    earlier.write("cutover/endpoint", {"at": "2026-11-20"})
    propose(run)
    assert run.ledger.read("assessment")["prediction"]["downtime"]["seconds"] == pytest.approx(4.0)
    assert "**downtime 4 s**" in plan_summary(run)
    assert "measured in the cutover of run earlier" in page_of(run.ledger)


def test_a_plan_is_no_result(book: Ledger) -> None:
    """Other programs take report.json for the end of the run."""
    assert not book.exists("report")


def test_what_becomes_of_a_resource_is_shown_where_it_is_known(book: Ledger) -> None:
    known = {"details": {"provide": "make"}, "target": "cluster d: is made, cce.s2.small"}
    rows = [
        row.model_copy(update=known) if row.key.startswith("bucket/") else row for row in load_plan(book).rows
    ]
    rows[0] = rows[0].model_copy(update={"key": "cluster/d"})
    save_plan(book, Plan(items=rows))
    write_plan_page(book)
    page = page_of(book)
    assert "<td>will be made</td>" in page
    assert "<td>cce.s2.small</td>" in page
    assert "<td>\N{EN DASH}</td>" in page


def test_what_changed_stands_first(book: Ledger) -> None:
    note_changes(book, [Change(object="Secret shop/db", what="changed", details=("data.password: changed",))])
    write_plan_page(book)
    page = page_of(book)
    assert page.index("data.password: changed") < page.index('<section id="findings">')


def test_the_failure_of_a_former_try_is_not_in_the_way(book: Ledger) -> None:
    record_failure(book, "resource_planning.plan_migration", "resource_planning", RuntimeError("killed"))
    write_plan_page(book)
    assert "killed" not in page_of(book)


def test_thousands_of_items_are_counted_and_not_all_drawn(
    book: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_view, "MOST_ROWS", 3)
    rows = [
        PlanItem(key=f"{n}", phase="obs_sync", kind="bucket", source=f"from {n}", target="to", action="copy")
        for n in range(8)
    ]
    save_plan(book, Plan(items=rows))
    write_plan_page(book)
    page = page_of(book)
    assert ("from 2" in page, "from 3" in page) == (True, False)
    assert "<span>8 items</span>" in page
    assert "And 5 items more, in the ledger's document plan." in page


def test_the_page_needs_no_other_file_and_no_script(book: Ledger) -> None:
    page = page_of(book)
    assert not [mark for mark in ("<script", "src=", "@import", "url(", "<link") if mark in page]
