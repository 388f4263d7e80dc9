"""The one task that customers wait for: what it does again after a death, and what it no longer does when it is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.cutover import (
    handing_over,
    is_quiesced,
    moving,
    quiesce,
    quiescing,
    release_workloads,
    rolling_back,
)
from include.cutover.charge import take_charge
from include.cutover.moving import move_traffic
from include.cutover.quiescing import are_writers_held, note_release
from include.cutover.steps import recorded_steps
from include.errors import PermanentError, TemporaryError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.objects import deployment, pod
from tests.builders.runs import run as lab_run
from tests.unit.cutover.test_rolling_back import Patching

LATER = ("verify_workloads", "run_checks", "pass_gates", "hand_over", "switch_traffic")


class Acts:
    """Note what is done, and die where a test wants it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.dies_in = ""
        self.meanwhile: Callable[[str], object] = lambda name: None

    def act(self, name: str) -> Callable[..., int]:
        def done(*_: Any) -> int:
            self.meanwhile(name)
            if name == self.dies_in:
                raise KeyboardInterrupt
            self.done.append(name)
            return 1

        return done


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    made = lab_run(tmp_path)
    save_plan(made.ledger, Plan(items=[]))
    for module in (quiescing, rolling_back):
        monkeypatch.setattr(module, "is_traffic_on_target", lambda run: False)
    monkeypatch.setattr(rolling_back, "ENDING_SECONDS", 0.01)
    monkeypatch.setattr(rolling_back, "POLL_SECONDS", 0.005)
    for side in ("source", "target"):
        made.__dict__[side] = Patching(side, deployment(replicas=3))
    quiesce(made, "target")
    return made


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> Acts:
    made = Acts()
    for name in ("look_once_more", "move_last_changes", *LATER):
        monkeypatch.setattr(moving, name, made.act(name))
    monkeypatch.setattr(moving, "expected_workloads", lambda run: [])
    monkeypatch.setattr(moving, "front_door_addresses", lambda run, *, with_source: {"target": "198.18.20.1"})
    return made


def test_everything_is_done_in_its_order(run: MigrationRun, acts: Acts) -> None:
    assert move_traffic(run) == {"rows": 1}
    assert acts.done == ["look_once_more", "move_last_changes", *LATER]
    assert is_quiesced(run, "source")
    assert not are_writers_held(run, "target")
    assert [step["name"] for step in recorded_steps(run.ledger)][:2] == [
        "quiesce the target",
        "quiesce the source",
    ]


def test_nothing_is_stopped_when_something_does_not_answer(
    run: MigrationRun, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: MigrationRun) -> None:
        raise TemporaryError("database shop-orders: does not answer")

    monkeypatch.setattr(moving, "look_once_more", refuse)
    with pytest.raises(TemporaryError, match="shop-orders"):
        move_traffic(run)
    assert acts.done == []
    assert not quiescing.was_begun(run, "source")


def test_a_try_that_finds_the_source_still_looks_no_more(run: MigrationRun, acts: Acts) -> None:
    quiesce(run, "source")
    move_traffic(run)
    assert acts.done[0] == "move_last_changes"


@pytest.mark.parametrize("death", LATER)
def test_a_try_after_a_death_keeps_the_quiesce_and_the_last_changes(
    run: MigrationRun, acts: Acts, death: str
) -> None:
    acts.dies_in = death
    with pytest.raises(KeyboardInterrupt):
        move_traffic(run)
    since = quiescing.quiesced_at(run, "source")
    acts.dies_in, acts.done = "", []
    move_traffic(run)
    assert "move_last_changes" not in acts.done
    assert acts.done[-1] == "switch_traffic"
    assert quiescing.quiesced_at(run, "source") == since


def test_last_changes_that_were_not_finished_are_moved_again_into_a_target_that_stands_still(
    run: MigrationRun, acts: Acts
) -> None:
    acts.dies_in = "move_last_changes"
    with pytest.raises(KeyboardInterrupt):
        move_traffic(run)
    release_workloads(run)
    held: list[bool] = []
    acts.dies_in, acts.done = "", []
    acts.meanwhile = lambda name: held.append(are_writers_held(run, "target"))
    move_traffic(run)
    assert (acts.done[0], held[0]) == ("move_last_changes", True)


def test_a_source_that_was_started_again_is_stopped_and_its_last_changes_are_moved_anew(
    run: MigrationRun, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_traffic(run)
    lives = pod(owner="web-1")
    run.source.objects[run.source.path_of(lives)] = lives  # type: ignore[attr-defined]
    monkeypatch.setattr(
        quiescing, "await_no_pods", lambda *_, **__: run.source.objects.pop(run.source.path_of(lives), None)
    )  # type: ignore[attr-defined]
    acts.done = []
    move_traffic(run)
    assert acts.done[:2] == ["look_once_more", "move_last_changes"]


def test_what_writes_nothing_may_run_while_the_last_changes_are_moved(run: MigrationRun, acts: Acts) -> None:
    note_release(run, "target", early=True)
    assert are_writers_held(run, "target")
    assert not is_quiesced(run, "target")
    note_release(run, "target")
    assert not are_writers_held(run, "target")


@pytest.mark.parametrize("moment", ["move_last_changes", "pass_gates"])
def test_a_cutover_that_is_being_undone_starts_and_switches_nothing_more(
    run: MigrationRun, acts: Acts, moment: str
) -> None:
    acts.meanwhile = lambda name: take_charge(run, "what undoes the cutover") if name == moment else None
    with pytest.raises(PermanentError, match="what undoes the cutover took over at"):
        move_traffic(run)
    assert "switch_traffic" not in acts.done
    assert ("verify_workloads" in acts.done) is (moment == "pass_gates")


def test_a_hand_over_leaves_its_trace_before_it_looks_who_is_in_charge(run: MigrationRun) -> None:
    before = take_charge(run, "this try")
    take_charge(run, "another try")
    with pytest.raises(PermanentError, match="another try took over"):
        handing_over.hand_over(run, before)
    assert handing_over.was_handed_over(run)


def test_what_undoes_a_cutover_leaves_its_trace_and_stops_a_target_that_was_started(
    run: MigrationRun, acts: Acts
) -> None:
    acts.dies_in = "pass_gates"
    with pytest.raises(KeyboardInterrupt):
        move_traffic(run)
    rolling_back.end_quiesce(run)
    assert run.ledger.read("cutover/in-charge")["who"] == "what undoes the cutover"
    assert is_quiesced(run, "target")
    assert not is_quiesced(run, "source")


def test_a_try_that_goes_on_beside_the_next_one_starts_nothing(run: MigrationRun, acts: Acts) -> None:
    begun: list[str] = []

    def overtake(name: str) -> None:
        if name == "move_last_changes" and not begun:
            begun.append(name)
            move_traffic(run)

    acts.meanwhile = overtake
    with pytest.raises(PermanentError, match="another try of this task took over"):
        move_traffic(run)
    assert acts.done.count("switch_traffic") == 1


def test_a_cutover_that_was_undone_can_begin_anew(run: MigrationRun, acts: Acts) -> None:
    rolling_back.end_quiesce(run)
    move_traffic(run)
    assert acts.done[-1] == "switch_traffic"
