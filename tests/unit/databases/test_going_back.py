"""What was written on the target is brought back when a cutover is undone, by its changes or by whole tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.databases import copying, going_back, handover, untouched
from include.databases.arming import arm_way_back, disarm_way_back, look_at_ways_back
from include.databases.followers import BACK, followed_jobs, note
from include.errors import CopyDivergedError, PermanentError, TemporaryError
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.unit.databases.conftest import FakeFollower, FollowedEngine
from tests.unit.databases.test_copying import KEY, _content

PROOF = "database/shop-orders"


def at_the_switch(run: MigrationRun, engine: FollowedEngine, follower: FakeFollower | None = None) -> None:
    """Both sides are equal and handed over; then the target takes two rows."""
    copying.copy_database_delta(run, KEY)
    arm_way_back(run)
    handover.hand_over_databases(run)
    engine.on_target = _content(12)
    engine.calls.clear()
    if follower:
        follower.calls.clear()


def with_database(run: MigrationRun, **fields: Any) -> MigrationRun:
    return replace(run, definition=definition(lambda document: document["databases"][0].update(fields)))


def state(run: MigrationRun) -> str:
    return str(run.ledger.read(f"{BACK}/{KEY}")["state"])


def test_a_rollback_brings_back_what_was_written_on_the_target(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun
) -> None:
    at_the_switch(run, engine, follower)
    position = run.ledger.read(f"{BACK}/{KEY}")["position"]
    assert going_back.bring_back_databases(run) == []
    assert follower.calls == [f"begin {position}", "apply until the end", "finish"]
    assert (state(run), engine.on_source, engine.calls) == ("brought back", _content(12), [])
    item = run.ledger.item("roll_back", PROOF)
    assert item is not None
    assert (item.action, run.ledger.proofs("roll_back")[PROOF].equal) == ("copied", True)
    follower.calls.clear()
    assert going_back.bring_back_databases(run) == []
    assert follower.calls == []


def test_what_changes_do_not_carry_comes_back_by_whole_tables(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)
    follower.is_carrying = False
    assert going_back.bring_back_databases(run) == []
    assert (engine.calls, engine.on_source) == (["back orders"], _content(12))


def test_in_mode_dump_the_tables_that_differ_come_back_whole(
    engine: FollowedEngine, run: MigrationRun, follower: FakeFollower
) -> None:
    dumped = with_database(run, mode="dump")
    at_the_switch(dumped, engine, follower)
    assert [way.by for way in look_at_ways_back(dumped)] == ["tables"]
    assert going_back.bring_back_databases(dumped) == []
    assert (engine.calls, engine.on_source) == (["back orders"], _content(12))


def test_a_definition_may_refuse_that(
    engine: FollowedEngine, run: MigrationRun, follower: FakeFollower
) -> None:
    refusing = with_database(run, mode="dump", roll_back="refuse")
    at_the_switch(refusing, engine, follower)
    assert [way.by for way in look_at_ways_back(refusing)] == ["nothing"]
    with pytest.raises(PermanentError, match="`roll_back: refuse` keeps them there"):
        going_back.bring_back_databases(refusing)
    (left,) = going_back.bring_back_databases(refusing, leaves_behind=True)
    assert "stays there" in left
    assert engine.on_source == _content(10)


def test_definitions_that_changed_on_the_target_are_refused(
    engine: FollowedEngine, run: MigrationRun, follower: FakeFollower
) -> None:
    dumped = with_database(run, mode="dump")
    at_the_switch(dumped, engine, follower)
    engine.on_target = _content(12, "v2")
    with pytest.raises(PermanentError, match="definitions relation orders changed since the switch"):
        going_back.bring_back_databases(dumped)
    assert engine.on_source == _content(10)


def test_a_log_that_was_lost_costs_time_and_no_rows(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)

    def fail(_: str) -> None:
        raise PermanentError("its replication slot is gone")

    monkeypatch.setattr(follower, "begin", fail)
    assert going_back.bring_back_databases(run) == []
    assert (engine.calls, state(run)) == (["back orders"], "brought back")


def test_a_source_that_somebody_wrote_into_is_not_overwritten(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)

    def diverge(until: str | None = None, seconds: float = 5.0) -> None:
        raise CopyDivergedError("a row does not fit")

    monkeypatch.setattr(follower, "apply", diverge)
    with pytest.raises(CopyDivergedError):
        going_back.bring_back_databases(run)
    assert engine.calls == []


def test_writes_on_the_source_since_the_hand_over_are_found_before_anything_is_stopped(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun
) -> None:
    at_the_switch(run, engine, follower)
    assert untouched.find_written_databases(run) == []
    engine.on_source = _content(11)
    assert "was written to since the target took over" in untouched.find_written_databases(run)[0]


def test_a_way_back_that_was_given_up_begins_anew(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun
) -> None:
    at_the_switch(run, engine, follower)
    going_back.bring_back_databases(run)
    assert untouched.renew_way_back(run) == 1
    assert state(run) == "armed"
    assert engine.state is not None
    assert engine.state.is_handed_over
    engine.on_target = _content(15)
    assert untouched.find_written_databases(run) == []
    follower.calls.clear()
    assert going_back.bring_back_databases(run) == []
    assert engine.on_source == _content(15)


def test_a_target_that_does_not_answer_does_not_keep_the_customers_waiting(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)
    monkeypatch.setattr(going_back, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(going_back, "POLL_SECONDS", 0.02)

    def fail() -> str:
        raise TemporaryError("the target does not answer")

    monkeypatch.setattr(follower, "end_position", fail)
    with pytest.raises(TemporaryError):
        going_back.bring_back_databases(run)
    assert (
        "stays there: the target does not answer"
        in going_back.bring_back_databases(run, leaves_behind=True)[0]
    )
    assert follower.noted is None, "the source's triggers are on again"
    assert state(run) == "lost"
    assert run.ledger.events()[-1]["text"] == "writes stay on the target"
    assert not run.ledger.proofs("roll_back")[PROOF].equal


def test_without_reverse_no_way_back_is_armed(follower: FakeFollower, run: MigrationRun) -> None:
    without = with_database(run, mode="follow", follow={"reverse": False})
    copying.copy_database_delta(without, KEY)
    assert arm_way_back(without) == 0


def test_a_target_that_keeps_too_much_is_relieved_and_tables_come_back_whole(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun
) -> None:
    at_the_switch(run, engine, follower)
    (way,) = look_at_ways_back(run)
    assert (way.by, way.retained) == ("changes", 1000)
    follower.present = replace(follower.present, retained=11_000_000_000)
    assert [way.by for way in look_at_ways_back(run)] == ["tables"]
    assert (follower.slot, state(run)) == (None, "given up")
    assert going_back.bring_back_databases(run) == []
    assert engine.on_source == _content(12)


def test_disarmed_nothing_is_kept(follower: FakeFollower, engine: FollowedEngine, run: MigrationRun) -> None:
    at_the_switch(run, engine, follower)
    assert disarm_way_back(run) == 1
    assert follower.calls == ["drop"]
    assert disarm_way_back(run) == 0


def test_an_armed_way_back_does_not_keep_the_source_stopped(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)

    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    monkeypatch.setattr(follower, "position", fail)
    assert disarm_way_back(run) == 1


def test_a_way_back_that_was_begun_is_undone_before_the_source_starts(
    follower: FakeFollower, engine: FollowedEngine, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, engine, follower)
    note(followed_jobs(run)[0], BACK, "armed", begun=True)
    follower.noted = "somewhere"

    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    with pytest.raises(TemporaryError, match="no answer"):
        disarm_way_back(run)
