"""The report of a run that was rolled back says how its customers got back, and what did not come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.approvals import Answer, record_answer
from include.ledger import Ledger
from include.report import build_report, write_report
from include.report.rollback import open_problems
from tests.builders.runs import item, proof
from tests.unit.report.test_report import DOWNTIME, good_run

PASSAGE = "passages/roll_back_cutover-manual"


def rolled_back(folder: Path, **figures: Any) -> Ledger:
    book = good_run(folder)
    book.write("cutover/rolled-back", {"at": "2026-11-27T10:00:00.000+00:00", "passage": PASSAGE, "lost": []})
    book.write(f"{PASSAGE}/downtime", {**DOWNTIME, "seconds": 12.5, "failed_requests": 40, **figures})
    book.write(f"{PASSAGE}/left-objects", {"objects": ["Deployment shop/canary"]})
    question = f"roll_back.approve_roll_back {PASSAGE}"
    record_answer(book, Answer(question=question, approved=True, by="Ada"))
    book.record_item("roll_back", item("bucket/pictures", "roll_back"))
    book.record_proof("roll_back", "bucket/pictures", proof())
    return book


def test_the_way_back_stands_beside_the_downtime(tmp_path: Path) -> None:
    report = build_report(rolled_back(tmp_path), "migration", "rolled_back")
    found = report["rollback"]
    assert report["result"] == "rolled_back"
    assert report["downtime"]["seconds"] == DOWNTIME["seconds"]
    assert (found["seconds"], found["failed_requests"], found["approved_by"]) == (12.5, 40, "Ada")
    assert (found["left_objects"], found["steps"]) == (["Deployment shop/canary"], DOWNTIME["steps"])
    assert [row["phase"] for row in report["items"]][-1] == "roll_back"
    assert list(report)[-3:] == ["downtime", "rollback", "findings"]


def test_a_run_that_was_switched_again_since_has_no_way_back(tmp_path: Path) -> None:
    assert "rollback" not in build_report(rolled_back(tmp_path), "migration", "succeeded")


def test_the_page_shows_it(tmp_path: Path) -> None:
    book = rolled_back(tmp_path)
    write_report(book, "migration", "rolled_back")
    page = (Path(str(book.folder)) / "report.html").read_text()
    assert '<section id="rollback">' in page
    assert "approved by Ada" in page
    assert "Deployment shop/canary" in page


def test_one_that_went_back_by_itself_has_its_cutover_s_figures(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.write(
        "cutover/rolled-back", {"at": "2026-11-27T10:00:00.000+00:00", "lost": ["database shop: stays"]}
    )
    found = build_report(book, "migration", "rolled_back")["rollback"]
    assert (found["seconds"], found["left_behind"]) == (DOWNTIME["seconds"], ["database shop: stays"])
    assert found["approved_by"].startswith("nobody")


def test_what_did_not_come_back_is_a_problem(tmp_path: Path) -> None:
    assert open_problems(good_run(tmp_path)) == []
    assert open_problems(rolled_back(tmp_path)) == []
    book = rolled_back(tmp_path, writes_lost=2)
    assert open_problems(book) == ["2 acknowledged writes lost, 0 doubled on the way back"]
    book.record_proof("roll_back", "bucket/pictures", proof(target="sha256:bb"))
    book.remove(f"{PASSAGE}/downtime")
    assert open_problems(book) == [
        "bucket/pictures: source and target differ",
        "no client probe measured the way back; look at its task",
    ]


def test_a_way_back_that_was_refused_is_no_phase_of_the_run(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.phase_started("roll_back")
    assert "roll_back" not in [
        phase["id"] for phase in build_report(book, "migration", "succeeded")["phases"]
    ]
