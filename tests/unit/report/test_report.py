"""The report joins plan, items and proofs; partial and absent is failure."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from include.approvals import Answer, record_answer
from include.ledger import Ledger, Waiver
from include.provisioning.orders import note_id, note_intent
from include.report import build_report, write_report
from include.report.finding_groups import group_findings
from tests.builders.definitions import definition
from tests.builders.resources import MemoryCloud, MemoryResource
from tests.builders.runs import item, ledger, plan_row, proof

DOWNTIME: dict[str, Any] = {
    "seconds": 2.5,
    "requests": 100,
    "writes_acknowledged": 50,
    "writes_lost": 0,
    "writes_doubled": 0,
    "predicted_seconds": 6.0,
    "steps": [{"name": "switch", "seconds": 0.5, "started": 1.5, "critical": True}],
}


def good_run(folder: Path) -> Ledger:
    """Return a finished migration of one bucket and one database."""
    book = ledger(folder)
    book.write(
        "plan", {"items": [plan_row("pictures"), plan_row("orders", "rds_dump_restore", kind="database")]}
    )
    for phase, key, kind in (("obs_sync", "pictures", "bucket"), ("rds_dump_restore", "orders", "database")):
        book.phase_started(phase)
        book.record_item(phase, item(key, phase, kind=kind, bytes=10, seconds=1.5))
        book.record_proof(phase, key, proof())
        book.phase_finished(phase, "succeeded")
    book.write("cutover/downtime", DOWNTIME)
    return book


def reasons(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["object"]) for finding in report["findings"]]


def test_a_complete_run_succeeds_in_the_documented_format(tmp_path: Path) -> None:
    report = build_report(good_run(tmp_path), "migration", "succeeded")

    assert list(report) == [
        *("schema", "migration", "run_id", "kind", "result", "started", "finished"),
        *("phases", "items", "downtime", "findings"),
    ]
    assert (report["schema"], report["migration"], report["kind"], report["result"]) == (
        1,
        "lab",
        "migration",
        "succeeded",
    )
    assert report["items"][1] == {
        "phase": "obs_sync",
        "kind": "bucket",
        "source": "from/pictures",
        "target": "to/pictures",
        "action": "copied",
        "bytes": 10,
        "seconds": 1.5,
        "predicted_seconds": 2.0,
        "proof": {"method": "hash", "source": "sha256:aa", "target": "sha256:aa", "equal": True},
        "waiver": None,
    }
    assert report["downtime"] == DOWNTIME
    assert report["findings"] == []


def test_phases_stand_in_the_order_of_the_process(tmp_path: Path) -> None:
    phases = build_report(good_run(tmp_path), "migration", "succeeded")["phases"]

    assert [phase["id"] for phase in phases] == ["rds_dump_restore", "obs_sync"]
    assert set(phases[0]) == {"id", "started", "finished", "items", "bytes", "result"}
    assert (phases[0]["items"], phases[0]["bytes"], phases[0]["result"]) == (1, 10, "succeeded")


@pytest.mark.parametrize("missing", ["items", "proofs"])
def test_a_planned_row_without_item_or_proof_fails_the_run(missing: str, tmp_path: Path) -> None:
    book = good_run(tmp_path)
    (Path(str(book.folder)) / missing / "obs_sync" / "pictures.json").unlink()

    report = build_report(book, "migration", "succeeded")

    assert report["result"] == "failed"
    assert reasons(report) == [("item_without_proof", "obs_sync/pictures")]
    assert report["phases"][1]["result"] == "failed"
    assert report["items"][1]["action"] == ("failed" if missing == "items" else "copied")


def test_an_unequal_proof_fails_the_run(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_proof("obs_sync", "pictures", proof("a", "b"))

    assert build_report(book, "migration", "succeeded")["result"] == "failed"


def test_a_failed_item_fails_the_run_even_with_an_equal_proof(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_item("obs_sync", item("pictures", action="failed", error="two objects refused"))

    report = build_report(book, "migration", "succeeded")

    assert report["result"] == "failed"
    assert report["findings"][0]["message"] == "two objects refused"


def test_a_recorded_waiver_lets_an_unequal_proof_pass_by_name(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_proof("obs_sync", "pictures", proof("a", "b"))
    book.record_waiver("obs_sync", "pictures", Waiver(by="Head of Platform", reason="a stray file"))

    report = build_report(book, "migration", "succeeded")

    assert report["result"] == "succeeded"
    assert report["items"][1]["waiver"] == {"by": "Head of Platform", "reason": "a stray file"}


def test_a_waiver_of_the_definition_counts_the_same(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_proof("obs_sync", "pictures", proof("a", "b"))
    waived = {
        "phase": "obs_sync",
        "item": "pictures",
        "accepted_by": "Head of Platform",
        "reason": "a stray file",
    }
    book.write("definition", definition(lambda document: document.update(waivers=[waived])))

    assert build_report(book, "migration", "succeeded")["result"] == "succeeded"


def test_an_item_that_no_plan_knows_needs_a_proof_too(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_item("obs_sync", item("stranger"))

    assert reasons(build_report(book, "migration", "succeeded")) == [
        ("item_without_proof", "obs_sync/stranger")
    ]


@pytest.mark.parametrize("where", ["plan", "item"])
def test_an_excluded_item_needs_no_proof(where: str, tmp_path: Path) -> None:
    book = good_run(tmp_path)
    if where == "plan":
        rows = [*book.read("plan")["items"], plan_row("left-out", action="exclude")]
        book.write("plan", {"items": rows})
    else:
        book.record_item("obs_sync", item("left-out", action="excluded"))

    report = build_report(book, "migration", "succeeded")

    assert report["result"] == "succeeded"
    assert "excluded" in {row["action"] for row in report["items"]}


def test_an_empty_plan_is_a_failure(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("cutover/downtime", DOWNTIME)

    report = build_report(book, "migration", "succeeded")

    assert (report["result"], reasons(report)) == ("failed", [("empty_plan", "lab")])


def test_a_migration_without_measured_downtime_is_a_failure(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    (Path(str(book.folder)) / "cutover" / "downtime.json").unlink()

    report = build_report(book, "migration", "succeeded")

    assert (report["result"], report["downtime"]) == ("failed", None)
    assert reasons(report) == [("downtime_not_measured", "lab")]


def test_a_lost_write_is_a_failure(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.write("cutover/downtime", {**DOWNTIME, "writes_lost": 1})

    report = build_report(book, "migration", "succeeded")

    assert (report["result"], reasons(report)) == ("failed", [("writes_not_exactly_once", "lab")])


def test_a_rehearsal_needs_neither_cutover_rows_nor_downtime(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    (Path(str(book.folder)) / "cutover" / "downtime.json").unlink()
    book.write(
        "plan", {"items": [*book.read("plan")["items"], plan_row("shop.lab.", "cutover", kind="endpoint")]}
    )

    report = build_report(book, "rehearsal", "succeeded")

    assert report["result"] == "succeeded"
    assert [row["phase"] for row in report["items"]] == ["rds_dump_restore", "obs_sync"]


def test_an_assessment_moves_nothing_and_keeps_its_findings(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.write("plan", {"items": [plan_row()]})
    finding = {"rule": "host_path", "severity": "blocker", "object": "Pod a/b", "message": "m", "remedy": "r"}
    book.write("findings", {"findings": [finding]})

    report = build_report(book, "assessment", "succeeded")

    assert (report["result"], report["items"], report["findings"]) == ("succeeded", [], [finding])


@pytest.mark.parametrize("result", ["failed", "rolled_back"])
def test_a_run_that_ended_badly_is_never_improved(result: Any, tmp_path: Path) -> None:
    assert build_report(good_run(tmp_path), "migration", result)["result"] == result


def test_the_report_of_a_run_that_failed_at_once_still_builds(tmp_path: Path) -> None:
    assert build_report(ledger(tmp_path), "migration", "failed")["result"] == "failed"


def test_both_files_lie_beside_each_other(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    report = write_report(book, "migration", "succeeded")
    page = (Path(str(book.folder)) / "report.html").read_text(encoding="utf-8")

    assert book.read("report") == report
    assert "<h1>lab</h1>" in page
    assert "Succeeded" in page


def test_the_page_needs_no_other_file_and_escapes_what_it_shows(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.record_proof("obs_sync", "pictures", proof("<script>alert(1)</script>", {"objects": 3}))
    write_report(book, "migration", "succeeded")
    page = (Path(str(book.folder)) / "report.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not [mark for mark in ("src=", "http://", "https://", "@import", "url(") if mark in page]
    assert "objects: 3" in page
    assert "source and target differ" in page


def finding(rule: str, severity: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "severity": severity, "object": name, "message": "m", "remedy": "r", **fields}


def test_findings_are_grouped_by_rule_the_worst_first() -> None:
    groups = group_findings([
        finding("b_rule", "info", "Pod a/1"),
        finding("c_rule", "warning", "Pod a/2"),
        finding("b_rule", "blocker", "Pod a/3", why="It fails."),
        finding("a_rule", "warning", "Pod a/4"),
    ])

    assert [(group.rule, group.severity, group.why) for group in groups] == [
        ("b_rule", "blocker", "It fails."),
        ("a_rule", "warning", ""),
        ("c_rule", "warning", ""),
    ]
    assert [row["object"] for row in groups[0].rows] == ["Pod a/3", "Pod a/1"]


def test_many_findings_of_a_rule_start_folded() -> None:
    few, many = ([finding("a", "info", f"Pod a/{number}") for number in range(count)] for count in (20, 21))
    assert [group_findings(rows)[0].is_open for rows in (few, many)] == [True, False]


def test_the_page_says_why_a_finding_matters_and_who_handles_it(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    rows = [
        finding("small_claim", "info", "Claim a/b", why="It stays Pending.", handled_by="adaptation"),
        finding("bare_pod", "warning", "Pod a/c", why="Nobody starts it.", handled_by=None),
    ]
    book.write("findings", {"findings": rows})
    report = write_report(book, "rehearsal", "succeeded")
    page = (Path(str(book.folder)) / "report.html").read_text(encoding="utf-8")

    # the run's own reason comes on top: it planned nothing
    assert report["findings"][:2] == rows
    assert page.count("handled by adaptation") == 1
    assert "1 blocker, 1 warning, 1 info; 1 of them handled by a later phase" in page
    assert "It stays Pending." in page
    assert page.index("bare pod") < page.index("small claim")


def test_what_a_failed_run_made_in_the_cloud_is_told(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    made = MemoryResource(MemoryCloud())
    note_intent(book, made)
    doubtful = MemoryResource(MemoryCloud(), name="doubtful")
    note_id(book, made.key, "id-1")
    # Moments are kept in milliseconds, and the oldest comes first.
    time.sleep(0.002)
    note_intent(book, doubtful)

    findings = build_report(book, "migration", "failed")["findings"]

    assert [(row["rule"], row["severity"], row["object"]) for row in findings] == [
        ("made_by_this_run", "warning", "cluster shop-target"),
        ("made_by_this_run", "warning", "cluster doubtful"),
    ]
    assert "id id-1" in findings[0]["message"]
    assert findings[0]["remedy"] == "delete it with DeleteCluster, or keep it: the next run takes it"
    assert "may have been made" in findings[1]["message"]


def test_what_a_good_run_made_is_the_target(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    note_intent(book, MemoryResource(MemoryCloud()))

    assert build_report(book, "migration", "succeeded")["findings"] == []


def test_the_page_names_who_approved_which_plan(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    plan = Answer(
        question="resource_planning.approve_plan", approved=True, by="olga", reason="<seen>", plan="ab12" * 16
    )
    record_answer(book, plan)
    write_report(book, "migration", "succeeded")
    page = (Path(str(book.folder)) / "report.html").read_text()
    assert "<td>olga</td>" in page
    assert "<td>&lt;seen&gt;</td>" in page
    assert "<code>ab12ab12ab12</code>" in page


def test_a_migration_s_report_has_the_documented_fields_beside_an_assessment(tmp_path: Path) -> None:
    book = good_run(tmp_path)
    book.write("assessment", {"source": {}})
    assert "assessment" not in build_report(book, "migration", "succeeded")
