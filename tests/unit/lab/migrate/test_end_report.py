from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from lab.migrate.end_report import print_end
from lab.migrate.snapshot import Phase, Snapshot

SNAPSHOT = Snapshot(
    "run-1",
    "success",
    120,
    idle_seconds=9,
    phases=(Phase("swr_image_sync", "succeeded", seconds=40), Phase("cutover", "succeeded", seconds=20)),
)
DOWNTIME = {
    "seconds": 12.41,
    "requests": 1840,
    "writes_acknowledged": 455,
    "writes_lost": 0,
    "writes_doubled": 0,
    "steps": [{"name": "final_delta", "seconds": 5.9, "started": 0.2, "critical": True}],
}


def item(
    kind: str = "image", action: str = "copied", equal: bool | None = True, **more: Any
) -> dict[str, Any]:
    proof = None if equal is None else {"method": "digests", "source": 1, "target": 1, "equal": equal}
    known = {"phase": "swr_image_sync", "kind": kind, "action": action, "bytes": 5_000_000}
    return known | {"proof": proof, "waiver": None} | more


def shown(folder: Path, **changes: Any) -> list[str]:
    report = {
        "kind": "migration",
        "result": "succeeded",
        "items": [item()],
        "downtime": DOWNTIME,
        "findings": [],
    } | changes
    console = Console(width=120, file=StringIO(), record=True)
    print_end(console, report, folder, SNAPSHOT)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_a_good_end_tells_result_downtime_and_steps(tmp_path: Path) -> None:
    lines = shown(tmp_path)
    assert lines[1] == "Migration succeeded after 2 min 00 s"
    assert lines[2] == (
        "Downtime 12.4 s, seen by a client with 1840 requests; 455 writes acknowledged, 0 lost, 0 doubled"
    )
    assert [line.split() for line in lines[3:5]] == [
        ["step", "(*", "on", "the", "critical", "path)", "begins", "takes"],
        ["*", "final", "delta", "+0.2", "s", "5.9", "s"],
    ]


def test_every_kind_of_outcome_is_counted_in_the_proofs(tmp_path: Path) -> None:
    items = [
        item(),
        item(action="already_equal"),
        item(equal=False),
        item(equal=None, action="failed"),
        item(equal=False, waiver={"by": "Uli", "reason": "known"}),
        item(equal=None, action="excluded"),
    ]
    lines = shown(tmp_path, items=items)
    row = next(line for line in lines if line.startswith("swr_image_sync   image"))
    assert row.split() == ["swr_image_sync", "image", "6", "2", "1", "1", "1", "1", "30", "MB"]


def test_the_time_is_told_by_phase_and_without_a_task(tmp_path: Path) -> None:
    lines = shown(tmp_path)
    times = [line.split("█")[0].split() for line in lines[lines.index("Where the time went") + 2 :]]
    assert times[:4] == [
        ["swr_image_sync", "40", "s"],
        ["cutover", "20", "s"],
        ["no", "task", "at", "work", "9", "s"],
        ["whole", "run", "2", "min", "00", "s"],
    ]


def reason(name: str, message: str) -> dict[str, Any]:
    known = {"rule": "item_without_proof", "severity": "blocker", "remedy": "repair it"}
    return known | {"object": name, "message": message}


def test_a_bad_end_tells_its_reasons_and_many_alike_in_one_line(tmp_path: Path) -> None:
    findings = [reason("obs_sync/pictures", "source and target differ")]
    findings += [reason(f"verification/{number}", "no task reached it") for number in range(44)]
    lines = shown(tmp_path, result="failed", downtime=None, findings=findings)
    assert lines[1:5] == [
        "Migration failed after 2 min 00 s",
        "  obs_sync/pictures: source and target differ",
        "  verification: no task reached it (44 items)",
        "No cutover took place: the traffic is where it was.",
    ]


def test_findings_are_counted_by_what_they_mean(tmp_path: Path) -> None:
    findings = [{"severity": severity} for severity in ("warning", "info", "warning")]
    assert "Findings: 2 warnings, 1 hint" in shown(tmp_path, findings=findings)
    assert "Findings: none" in shown(tmp_path)


def test_an_assessment_has_no_cutover_to_tell_of(tmp_path: Path) -> None:
    lines = shown(tmp_path, kind="assessment", items=[], downtime=None)
    assert lines[1:3] == ["Assessment succeeded after 2 min 00 s", "Findings: none"]


def test_a_run_that_ended_before_its_plan_has_no_empty_table(tmp_path: Path) -> None:
    assert "Proofs" not in shown(tmp_path, result="failed", items=[], downtime=None)


def test_the_report_s_places_are_told_if_they_are_there(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    lines = shown(tmp_path)
    assert lines[-1] == f"report.json  {tmp_path}/report.json"
