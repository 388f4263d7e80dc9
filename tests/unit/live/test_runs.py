"""What a page is told of a run, in every state that a run can be in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.ledger import Ledger, Waiver
from include.live import Choice, RunView, Situation, find_file, find_run, list_files, short_view
from include.report import build_report
from tests.builders.runs import item, ledger, plan_row, proof
from tests.builders.stories import (
    Story,
    finished_run,
    large_run,
    midway_run,
    rehearsals,
    waiting_run,
)

LIVE = Situation(is_live=True)
OVER = Situation()
NOW = datetime.now(UTC)
ALL = Choice(equal={"phase": "", "state": "", "kind": ""}, limit=500)


def view_of(story: Story) -> RunView:
    return RunView(story.ledger.folder)


def states(view: RunView, situation: Situation) -> dict[str, str]:
    return {row["key"]: row["state"] for row in view.items(situation, ALL).rows}


@pytest.fixture
def book(tmp_path: Path) -> Ledger:
    made = ledger(tmp_path)
    keys = ("moved", "equal", "unequal", "failed", "waived", "late")
    rows = [plan_row(key) for key in keys]
    made.write("plan", {"items": [*rows, plan_row("out", action="exclude", details={"reason": "of no use"})]})
    made.phase_started("obs_sync")
    for key in keys[:-1]:
        made.record_item("obs_sync", item(key, action="failed" if key == "failed" else "copied"))
    for key in ("equal", "unequal", "waived"):
        made.record_proof("obs_sync", key, proof(1, 1 if key == "equal" else 2))
    made.record_waiver("obs_sync", "waived", Waiver(by="olga", reason="a cache"))
    return made


def test_each_item_is_in_the_state_that_its_documents_make(book: Ledger) -> None:
    assert states(RunView(book.folder), LIVE) == {
        "moved": "unproved",
        "equal": "equal",
        "unequal": "failed",
        "failed": "failed",
        "waived": "waived",
        "late": "waiting",
        "out": "excluded",
    }


def test_the_page_and_the_report_find_the_same_items_wanting(book: Ledger) -> None:
    report = build_report(book, "migration", "failed")
    told = {one["object"] for one in report["findings"] if one["rule"] == "item_without_proof"}
    wanting = {key for key, state in states(RunView(book.folder), OVER).items() if state in WANTING}
    assert {f"obs_sync/{key}" for key in wanting} == told


WANTING = {"failed", "unproved", "waiting"}


def test_a_running_item_tells_bytes_rate_and_time_left(tmp_path: Path) -> None:
    story = midway_run(tmp_path, "midway", began=NOW - timedelta(seconds=900))
    rows = {row["key"]: row for row in view_of(story).items(LIVE, ALL).rows if row["state"] == "running"}
    assert rows.keys() == {"stock", "payments", "product-pictures"}
    stock = rows["stock"]
    assert (stock["bytes"], stock["rate"]) == (int(stock["total"] * 0.62), 61_000_000)
    assert stock["eta"] > 0


def test_a_bucket_in_pieces_runs_as_their_sum_and_each_has_its_own_progress(tmp_path: Path) -> None:
    story = midway_run(tmp_path, "midway", began=NOW - timedelta(seconds=900))
    story.ledger.remove("progress/obs_sync/product-pictures")
    for number, seconds in ((1, 40), (2, 90)):
        place = {"of": "product-pictures", "part": f", piece {number} of 2"}
        sizes = {"bytes": number * 1000, "total_bytes": 5000, "seconds_left": seconds}
        story.move("obs_sync", f"product-pictures, piece {number} of 2", 0.5, rate=100, **sizes, **place)

    view = view_of(story)
    row = next(one for one in view.items(LIVE, ALL).rows if one["key"] == "product-pictures")
    told = [one["title"] for one in view.summary(LIVE)["pieces"] if one["phase"] == "obs_sync"]

    assert (row["state"], row["bytes"], row["rate"], row["eta"]) == ("running", 3000, 200, 90)
    assert sorted(title.rpartition(",")[2] for title in told) == [" piece 1 of 2", " piece 2 of 2"]


def test_a_piece_that_has_fallen_silent_is_not_running(tmp_path: Path) -> None:
    story = midway_run(tmp_path, "midway", began=NOW - timedelta(seconds=900))
    story.move("rds_dump_restore", "stock", 0.7, at=(NOW - timedelta(minutes=2)).isoformat())
    assert "stock" not in {one["name"] for one in view_of(story).summary(LIVE)["pieces"]}


def test_nothing_runs_in_a_run_that_is_over(tmp_path: Path) -> None:
    story = midway_run(tmp_path, "midway", began=NOW - timedelta(seconds=900))
    told = view_of(story).summary(OVER)
    assert told["pieces"] == []
    assert {one["id"]: one["state"] for one in told["phases"]} == {
        "resource_planning": "succeeded",
        "swr_image_sync": "succeeded",
        "rds_dump_restore": "stopped",
        "obs_sync": "stopped",
        "velero_install": "succeeded",
        "adaptation": "succeeded",
        "velero_backup_restore": "stopped",
        "verification": "not reached",
        "cutover": "not reached",
    }


def test_phases_that_wait_are_expected_behind_those_they_need(tmp_path: Path) -> None:
    story = midway_run(tmp_path, "midway", began=NOW - timedelta(seconds=900))
    phases = {one["id"]: one for one in view_of(story).summary(LIVE)["phases"]}
    needed = max(phases[name]["expected_end"] for name in ("rds_dump_restore", "velero_backup_restore"))
    assert phases["verification"]["expected_start"] == needed
    assert phases["cutover"]["expected_start"] == phases["verification"]["expected_end"]


def test_progress_grows_with_what_is_done_and_ends_at_one(tmp_path: Path) -> None:
    began = NOW - timedelta(seconds=900)
    story = midway_run(tmp_path, "midway", began=began)
    view = view_of(story)
    before = view.summary(LIVE)["progress"]
    story.move("rds_dump_restore", "stock", 0.9)
    after = view.summary(LIVE)["progress"]
    finished = view_of(finished_run(tmp_path, "finished", began=began)).summary(OVER)["progress"]
    assert 0.2 < before < after < finished
    assert finished == pytest.approx(1.0)


def test_a_question_waits_until_it_is_answered(tmp_path: Path) -> None:
    story = waiting_run(tmp_path, "waiting", began=NOW - timedelta(seconds=2000))
    view = view_of(story)
    assert view.short(LIVE)["waiting"] == ["cutover.approve_cutover"]
    story.answer("cutover.approve_cutover", 1500)
    assert view.short(LIVE)["waiting"] == []
    assert view.summary(LIVE)["approvals"][0]["answer"]["by"] == "olga"


def test_a_question_of_a_run_that_is_over_waits_for_nobody(tmp_path: Path) -> None:
    story = waiting_run(tmp_path, "waiting", began=NOW - timedelta(seconds=2000))
    assert view_of(story).short(OVER)["waiting"] == []


def test_an_answer_to_another_plan_is_none_to_this_one(tmp_path: Path) -> None:
    story = waiting_run(tmp_path, "waiting", began=NOW)
    story.ask("resource_planning.approve_drift", 10, plan="new")
    story.answer("resource_planning.approve_drift", 5, plan="old")
    assert "resource_planning.approve_drift" in view_of(story).short(LIVE)["waiting"]


def test_a_failed_run_names_its_result_and_what_differs(tmp_path: Path) -> None:
    view = view_of(finished_run(tmp_path, "failed", began=NOW - timedelta(days=1), failed="stock"))
    short = short_view(view.folder, OVER)
    assert (short["result"], short["failed"], short["migration"]) == ("failed", 1, "webshop")
    blockers = view.findings(OVER, Choice(equal={"severity": "blocker"}))
    assert [one["object"] for one in blockers.rows] == ["rds_dump_restore/stock"]
    assert view.summary(OVER)["downtime"]["seconds"] == pytest.approx(8.4)


def test_an_item_shows_both_values_of_its_proof_and_its_changes(tmp_path: Path) -> None:
    view = view_of(finished_run(tmp_path, "failed", began=NOW - timedelta(days=1), failed="stock"))
    stock = view.item(OVER, "rds_dump_restore", "stock")
    assert stock is not None
    assert stock["proof"]["source"] != stock["proof"]["target"]
    assert stock["planned"]["details"]["engine"] == "mariadb"
    changed = view.changes(Choice()).rows[0]
    item_of_it: Any = view.item(OVER, "adaptation", changed["key"])
    assert len(item_of_it["changes"]) == changed["count"] == 3
    assert view.item(OVER, "adaptation", "nothing") is None


def test_rehearsals_are_listed_in_their_order_and_no_other_run(tmp_path: Path) -> None:
    ids = rehearsals(tmp_path, 3, before=NOW)
    rehearsals(tmp_path, 1, before=NOW, migration="webshop-of-others")
    view = view_of(finished_run(tmp_path, "finished", began=NOW - timedelta(days=1)))
    trend = view.trend()
    assert [one["run_id"] for one in trend] == ids
    assert [one["result"] for one in trend] == ["succeeded", "failed", "succeeded"]
    seconds = [next(p["seconds"] for p in one["phases"] if p["id"] == "obs_sync") for one in trend]
    assert seconds == sorted(seconds, reverse=True)


def test_only_listed_files_are_found(tmp_path: Path) -> None:
    folder = finished_run(tmp_path, "finished", began=NOW - timedelta(days=1)).ledger.folder
    names = {one["name"]: one["kind"] for one in list_files(folder)}
    assert names == {
        "evidence.tar.gz": "evidence",
        "report.html": "report",
        "report.json": "report",
        "logs/rds_dump_restore.log": "log",
    }
    assert find_file(folder, "evidence.tar.gz") == folder / "evidence.tar.gz"
    for name in ("plan.json", "../failed/report.json", "logs/../plan.json", "/etc/passwd"):
        assert find_file(folder, name) is None


def test_runs_of_two_migrations_with_one_id_are_told_apart_by_their_definition(tmp_path: Path) -> None:
    for name in ("first", "second"):
        Ledger(tmp_path, name, "one").write("opened-with", {"definition": name, "migration": name})
    assert find_run(tmp_path, "one", "second") == tmp_path / "second" / "one"
    assert find_run(tmp_path, "one") == tmp_path / "first" / "one"
    assert find_run(tmp_path, "two") is None


def test_ten_thousand_items_are_answered_at_once(tmp_path: Path) -> None:
    """Seconds of the processor are counted: those of the clock are the machine's, which may be busy."""
    view = view_of(large_run(tmp_path, "large", began=NOW - timedelta(hours=3), items=10_000))
    assert view.summary(OVER)["states"]["equal"] == 10_000
    times = []
    for place in range(5):
        started = time.process_time()
        page = view.items(OVER, Choice(equal=ALL.equal, text="shop", by="source", offset=place * 100))
        times.append(time.process_time() - started)
        assert len(page.rows) == 100
    assert min(times) < 0.3
