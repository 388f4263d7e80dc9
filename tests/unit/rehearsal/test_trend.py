"""What a rehearsal is compared with, and what counts as worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.cutover.rehearsals import last_rehearsal
from include.ledger import Ledger
from include.rehearsal.chart import trend_chart
from include.rehearsal.records import DOCUMENT, Outcome, PhaseSeconds
from include.rehearsal.trend import Past, past_rehearsals, regressions


def past(day: int, *, is_green: bool = True, **more: Any) -> Past:
    return Past(f"run-{day}", f"2026-11-{day:02}T03:00:00+00:00", is_green, **more)


def seconds(rds: float) -> dict[str, float]:
    return {"rds_dump_restore": rds, "obs_sync": 20.0}


EARLIER = [past(1, seconds=seconds(60)), past(8, seconds=seconds(80)), past(15, seconds=seconds(100))]


def test_a_phase_slower_than_allowed_beyond_the_median_is_told() -> None:
    (found,) = regressions(past(22, seconds=seconds(130)), EARLIER, 50)
    assert found == "rds_dump_restore: took 130 s, 1.6 times the median of 80 s"


def test_a_phase_within_what_is_allowed_is_not_told() -> None:
    assert regressions(past(22, seconds=seconds(119)), EARLIER, 50) == []


def test_red_rehearsals_are_no_measure() -> None:
    red = past(18, is_green=False, seconds=seconds(1000))
    assert regressions(past(22, seconds=seconds(130)), [*EARLIER, red], 50) != []
    assert regressions(past(22, seconds=seconds(130)), [red], 50) == []


def test_a_phase_of_a_few_seconds_is_never_slower() -> None:
    earlier = [past(1, seconds={"adaptation": 1.0})]
    assert regressions(past(2, seconds={"adaptation": 4.0}), earlier, 50) == []


def test_a_longer_downtime_is_told() -> None:
    earlier = [past(1, downtime=10.0), past(2, downtime=12.0)]
    assert regressions(past(3, downtime=20.0), earlier, 50) == [
        "downtime: 20 s are to be expected, and the median is 11 s"
    ]


def test_new_findings_and_unequal_items_are_told_against_the_last_green_one() -> None:
    last = past(1, rules=frozenset({("known", "a")}))
    present = past(
        2, rules=frozenset({("known", "a"), ("new", "b")}), unequal=frozenset({"obs_sync/bucket x"})
    )
    assert regressions(present, [last], 50) == [
        "b: new is a finding that run-1 did not have",
        "obs_sync/bucket x: is unequal, and was equal in run-1",
    ]


def write(root: Path, run_id: str, day: int, kind: str = "rehearsal", result: str = "succeeded") -> Ledger:
    ledger = Ledger(root, "lab-rehearsal", run_id)
    report = {
        "run_id": run_id,
        "kind": kind,
        "result": result,
        "finished": f"2026-11-{day:02}T03:00:00+00:00",
        "items": [],
    }
    ledger.write("report", report)
    ledger.write(
        DOCUMENT,
        Outcome(phases=[PhaseSeconds(id="obs_sync", predicted=1, measured=day)], steps=[], downtime=2),
    )
    return ledger


def test_the_earlier_rehearsals_are_read_from_the_ledger_the_oldest_first(tmp_path: Path) -> None:
    write(tmp_path, "b", 15)
    write(tmp_path, "a", 20, result="failed")
    write(tmp_path, "m", 16, kind="migration")
    Ledger(tmp_path, "lab-rehearsal", "begun").write("definition", {})
    mine = Ledger(tmp_path, "lab-rehearsal", "mine")
    mine.write("definition", {})

    found = past_rehearsals(mine)

    assert [(one.run_id, one.is_green, one.seconds) for one in found] == [
        ("b", True, {"obs_sync": 15.0}),
        ("a", False, {"obs_sync": 20.0}),
    ]


def test_the_last_rehearsal_is_found_from_its_migration(tmp_path: Path) -> None:
    write(tmp_path, "older", 15)
    write(tmp_path, "newer", 20, result="failed")
    mine, other = Ledger(tmp_path, "lab", "cutover"), Ledger(tmp_path, "other", "cutover")
    for ledger in (mine, other):
        ledger.write("definition", {})

    found = last_rehearsal(mine)

    assert found is not None
    assert (found.run_id, found.result) == ("newer", "failed")
    assert last_rehearsal(other) is None


def test_the_chart_has_a_bar_a_rehearsal_as_high_as_its_time() -> None:
    chart = trend_chart([
        past(1, seconds={"obs_sync": 10.0}),
        past(2, seconds={"obs_sync": 20.0, "verification": 20.0}),
    ])
    assert chart is not None
    first, second = chart.bars
    assert sum(block.height for block in second.blocks) == chart.height
    assert sum(block.height for block in first.blocks) == chart.height / 4
    assert [name for name, _ in chart.phases] == ["obs_sync", "verification"]


def test_there_is_no_chart_of_nothing() -> None:
    assert trend_chart([past(1)]) is None
