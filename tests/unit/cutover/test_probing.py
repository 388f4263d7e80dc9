from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

import pytest

from include.cutover import probing
from include.cutover.client import NameCache
from include.cutover.prober import Prober, acknowledged, summary_line
from include.cutover.probing import compare_writes, finish_probe
from include.cutover.timeline import Attempt, Kind
from include.cutover.watching import is_lost, judge_watch, p95_ms
from include.definition import Cutover
from include.run import MigrationRun
from tests.builders.runs import run as lab_run


class FakeClient:
    """Fail from one request to another."""

    def __init__(self, first_failed: int = 0, last_failed: int = -1) -> None:
        self._failed = range(first_failed, last_failed + 1)
        self._count = 0
        self._lock = threading.Lock()

    def attempt(self, kind: Kind, sequence: int | None) -> Attempt:
        with self._lock:
            number, self._count = self._count, self._count + 1
        return Attempt(kind, float(number), number + 0.5, number not in self._failed, sequence, "503")


def probe_for(client: FakeClient, seconds: float, rate: float = 200.0) -> list[Attempt]:
    ends = time.monotonic() + seconds
    return Prober(client, rate).run(lambda: time.monotonic() >= ends, lambda _: None)


def test_reads_and_writes_alternate_and_each_write_has_its_own_number() -> None:
    attempts = probe_for(FakeClient(), 0.3)
    writes = [row.sequence for row in attempts if row.kind == "write"]
    assert abs(len(attempts) - 2 * len(writes)) <= 1
    assert sorted(number or 0 for number in writes) == list(range(1, len(writes) + 1))


def test_only_answered_writes_count_as_acknowledged() -> None:
    attempts = probe_for(FakeClient(2, 5), 0.3)
    failed = {row.sequence for row in attempts if not row.is_ok}
    assert not acknowledged(attempts) & failed
    assert "4 failed" in summary_line(attempts)


def test_lost_are_acknowledged_and_missing_doubled_are_there_twice() -> None:
    assert compare_writes({1, 2, 3}, {1: 1, 3: 2, 9: 1}) == ([2], [3])


def test_a_write_that_was_never_acknowledged_may_be_there_or_not() -> None:
    assert compare_writes({1}, {1: 1, 2: 1}) == ([], [])


def test_the_name_is_looked_up_again_when_its_ttl_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([("198.18.10.1", 1.0), ("198.18.20.1", 1.0)])
    monkeypatch.setattr("include.cutover.client.look_up", lambda host: next(answers))
    moment = [0.0]
    cache = NameCache("shop.lab", clock=lambda: moment[0])
    seen = []
    for moment[0] in (0.0, 0.9, 1.0):
        seen.append(cache.address())
    assert seen == ["198.18.10.1", "198.18.10.1", "198.18.20.1"]


@pytest.mark.parametrize(("failed", "is_good"), [(0, True), (1, True), (2, False)])
def test_the_watch_allows_the_share_of_the_definition(failed: int, is_good: bool) -> None:
    attempts = [Attempt("read", 0.0, 0.1, number >= failed, None, "500") for number in range(20)]
    assert (judge_watch(attempts, Cutover(most_failed_share=0.05))["problem"] is None) is is_good


@pytest.mark.parametrize(("limit", "is_good"), [(None, True), (200.0, True), (90.0, False)])
def test_the_watch_allows_answers_as_slow_as_the_definition_says(limit: float | None, is_good: bool) -> None:
    quick = [Attempt("read", 0.0, 0.01, True)] * 18
    slow = [Attempt("write", 0.0, 0.1, True, number) for number in range(2)]
    watched = judge_watch(quick + slow, Cutover(slowest_p95_ms=limit))
    assert watched["p95_ms"] == pytest.approx(100.0)
    assert (watched["problem"] is None) is is_good
    assert is_good or "95 of 100 answers took up to 100 ms, allowed are 90 ms" in watched["problem"]


def test_answers_that_failed_do_not_count_as_quick() -> None:
    rows = [Attempt("read", 0.0, 0.5, True), Attempt("read", 0.0, 0.001, False)]
    assert p95_ms(rows) == pytest.approx(500.0)
    assert p95_ms(rows[1:]) is None


def test_a_watch_ends_as_soon_as_more_has_failed_than_may_in_all_of_it() -> None:
    failed = [Attempt("read", 0.0, 0.1, False, None, "500")] * 16
    assert not is_lost(failed[:15], most_failed=0.05 * 20 * 15)
    assert is_lost(failed, most_failed=0.05 * 20 * 15)


def test_a_watch_without_requests_is_no_good() -> None:
    assert judge_watch([], Cutover(most_failed_share=1.0))["problem"] is not None


class Holding:
    """Answer which writes the application holds."""

    held: ClassVar[dict[int, int]] = {1: 1, 2: 1, 3: 2}

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> Holding:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def written(self, name: str) -> dict[int, int]:
        return self.held


def document(**fields: Any) -> dict[str, Any]:
    known = {
        "client": "lab-1",
        "started": 0.0,
        "updated": time.time(),
        "finished": True,
        "requests": 8,
        "succeeded": 6,
        "failed": 2,
        "acknowledged": [[1, 4]],
        "outages": [[10.0, 12.5]],
        "down_first": False,
        "down_last": False,
    }
    return {**known, **fields}


def test_the_downtime_is_told_with_lost_and_doubled_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "FrontDoorClient", Holding)
    run = lab_run(tmp_path)
    run.ledger.write("cutover/probe/lab-1", document())
    run.ledger.write("cutover/probe/lab-2", document(client="lab-2", outages=[[12.0, 13.0]], acknowledged=[]))
    downtime = finish_probe(run)
    assert downtime["seconds"] == pytest.approx(3.0)
    assert (downtime["requests"], downtime["writes_acknowledged"]) == (16, 4)
    assert downtime["lost"] == ["lab-1/4"]
    assert downtime["doubled"] == ["lab-1/3", "lab-2/3"]
    assert run.ledger.read("cutover/downtime") == downtime


def test_a_probe_that_died_is_taken_as_far_as_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "FrontDoorClient", Holding)
    run = lab_run(tmp_path)
    run.ledger.write("cutover/probe/lab-1", document(finished=False, updated=time.time() - 100))
    assert finish_probe(run)["requests"] == 8


def test_a_cutover_without_a_probe_has_no_downtime_to_tell(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    assert finish_probe(run) is None
    assert not run.ledger.exists("cutover/downtime")


@pytest.mark.parametrize(
    ("is_down", "down", "unmeasured"),
    [
        pytest.param(("down_last", ""), 14.0, 0.0, id="it died while the door was shut"),
        pytest.param(("", "down_first"), 14.0, 0.0, id="the next one found the door shut"),
        pytest.param(("", ""), 4.0, 10.0, id="the door was open on both sides"),
    ],
)
def test_a_time_without_a_probe_is_told_and_counts_as_down_next_to_an_outage(
    is_down: tuple[str, str],
    down: float,
    unmeasured: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probing, "FrontDoorClient", Holding)
    run, now = lab_run(tmp_path), time.time() - 100
    run.ledger.write("cutover/awaited-probe", {"at": now - 1})
    died = {"finished": False, "started": now, "updated": now + 20, "outages": [[now + 16, now + 20]]}
    run.ledger.write("cutover/probe/lab-1", document(**died, **({is_down[0]: True} if is_down[0] else {})))
    again = {"client": "lab-2", "started": now + 30, "updated": now + 50, "outages": []}
    run.ledger.write("cutover/probe/lab-2", document(**again, **({is_down[1]: True} if is_down[1] else {})))
    downtime = finish_probe(run)
    assert downtime["seconds"] == pytest.approx(down)
    assert downtime["unmeasured_seconds"] == pytest.approx(unmeasured)


def test_a_probe_that_died_in_an_earlier_cutover_leaves_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "FrontDoorClient", Holding)
    run, now = lab_run(tmp_path), time.time() - 1000
    died = {"finished": False, "started": now, "updated": now + 20, "outages": [], "down_last": True}
    run.ledger.write("cutover/probe/lab-1", document(**died))
    run.ledger.write("cutover/awaited-probe", {"at": now + 500})
    again = {"client": "lab-2", "started": now + 501, "updated": now + 550, "outages": []}
    run.ledger.write("cutover/probe/lab-2", document(**again))
    assert finish_probe(run)["outages"] == []


def probe_until_it_stops(run: MigrationRun, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Say whether a probe that starts now ends by itself within a second."""
    monkeypatch.setattr(probing, "FrontDoorClient", lambda *_: nullcontext(FakeClient()))
    monkeypatch.setattr(probing, "BEGIN_SECONDS", 0.1)
    monkeypatch.setattr(probing, "LONGEST_SECONDS", 1.0)
    started = time.monotonic()
    probing.probe_front_door(run)
    return time.monotonic() - started < 0.9


def test_the_late_retry_of_a_probe_that_died_ends_with_the_cutover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lab_run(tmp_path)
    run.ledger.write("cutover/awaited-probe", {"at": time.time() - 60})
    run.ledger.write("cutover/stop-probe", {"at": time.time() - 5})
    assert probe_until_it_stops(run, monkeypatch)


def test_the_probe_of_a_cutover_that_is_made_again_does_not_end_with_the_former_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lab_run(tmp_path)
    run.ledger.write("cutover/stop-probe", {"at": time.time() - 5})
    run.ledger.write("cutover/awaited-probe", {"at": time.time()})
    assert not probe_until_it_stops(run, monkeypatch)
