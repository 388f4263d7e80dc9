"""A migration is rolled back after it has ended, and made again: what customers were promised is there each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from lab.estate.audit import Audit, audit
from lab.estate.front_door import is_moved

from .conftest import Outcome, migrate
from .killing import wait_until
from .live_runs import LiveRun
from .sides import KUBECONFIGS, source_serves
from .writers import Writers

pytestmark = pytest.mark.lab

LONGEST_DOWNTIME_SECONDS = 60
SECONDS = 420


@dataclass(frozen=True)
class WentBack:
    """What there was when the way back had ended."""

    state: str
    report: dict[str, Any]
    passages: dict[str, Any]
    held: dict[str, set[str]]
    pods: dict[str, set[str]]
    two_writers_at: list[str]
    audit: Audit


@pytest.fixture(scope="module")
def went_back(migration: Outcome) -> WentBack:
    """The latest run that switched the traffic is gone back from, whatever ran since."""
    assert migration.exit_code == 0, migration.output[-4000:]
    with LiveRun("asked", dag="roll_back_cutover") as run, Writers() as writers:
        state = run.wait_for_end(SECONDS)
        wait_until(source_serves, "the source serves customers", 120)
        return WentBack(
            state=state,
            report=migration.report,
            passages=migration.documents("passages"),
            held={side: writers.held(side) for side in KUBECONFIGS},
            pods={side: writers.pods(side) for side in KUBECONFIGS},
            two_writers_at=list(writers.both_at),
            audit=audit("source"),
        )


@pytest.fixture(scope="module")
def went_again(went_back: WentBack) -> Outcome:
    assert went_back.state == "success"
    return migrate()


def test_the_customers_are_on_the_source_and_everything_was_brought_back(went_back: WentBack) -> None:
    assert (went_back.state, went_back.report["result"]) == ("success", "rolled_back")
    items = {item["kind"]: item for item in went_back.report["items"] if item["phase"] == "roll_back"}
    assert {kind for kind, item in items.items() if item["proof"]["equal"]} == {
        "database",
        "bucket",
        "volume",
    }
    assert went_back.held["source"] == set()
    assert went_back.pods["target"] == set()


def test_nothing_that_the_target_acknowledged_is_lost_or_doubled(went_back: WentBack) -> None:
    assert went_back.audit.acknowledged > 100
    assert (went_back.audit.lost, went_back.audit.doubled) == ([], [])
    rollback = went_back.report["rollback"]
    assert rollback["writes_acknowledged"] > 0
    assert (rollback["writes_lost"], rollback["writes_doubled"], rollback["left_behind"]) == (0, 0, [])


def test_the_way_back_is_measured_and_short(went_back: WentBack) -> None:
    rollback = went_back.report["rollback"]
    print(f"down {rollback['seconds']} s on the way back: {rollback['steps']}")
    assert 0 < rollback["seconds"] < LONGEST_DOWNTIME_SECONDS
    assert rollback["approved_by"] not in {"", "unknown"}


def test_there_are_never_two_writers_on_the_way_back(went_back: WentBack) -> None:
    assert went_back.two_writers_at == []


def test_a_run_after_the_way_back_moves_the_traffic_again_and_copies_only_what_differs(
    went_again: Outcome,
) -> None:
    assert went_again.exit_code == 0, went_again.output[-4000:]
    assert went_again.report["result"] == "succeeded"
    assert is_moved()
    moved = {
        item["source"]: item["bytes"]
        for item in went_again.report["items"]
        if item["action"] == "copied" and item["kind"] in {"image", "bucket"}
    }
    assert sum(moved.values()) < 10_000_000


def test_the_second_cutover_loses_nothing_either(went_again: Outcome) -> None:
    downtime = went_again.report["downtime"]
    assert (downtime["writes_lost"], downtime["writes_doubled"]) == (0, 0)
    result = audit("target")
    assert (result.lost, result.doubled) == ([], [])
