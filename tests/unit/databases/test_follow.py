"""A database is followed from its copy to the cutover."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from include.databases import copying, follow, followers, proving, resuming
from include.databases.engine import Snapshot
from include.databases.fingerprint import Fingerprint
from include.databases.following import Lag
from include.errors import CopyDivergedError, PermanentError, TemporaryError
from include.ledger import Proof
from include.run import MigrationRun
from tests.builders.runs import run as build_run
from tests.unit.databases.conftest import FakeFollower, FollowedEngine, stop_after
from tests.unit.databases.test_copying import KEY, PHASE, FakeEngine, _content


def test_changes_are_kept_from_before_the_copy_and_applied_from_its_moment(
    follower: FakeFollower, run: MigrationRun
) -> None:
    copying.copy_database(run, KEY)
    assert follower.slot == "slot 1"
    proving.prove_database(run, KEY)
    stop_after(follower, run, 3)
    assert follow.follow_databases(run) == {KEY: 8}
    assert follower.calls == ["drop", "begin at the copy"]
    document = run.ledger.read(f"following/{KEY}")
    assert (document["state"], document["retained_bytes"]) == ("following", 1000)


def test_a_definition_without_the_mode_has_nothing_to_follow(tmp_path: Path) -> None:
    assert follow.follow_databases(build_run(tmp_path)) is None


def test_a_copy_that_was_made_is_kept_with_its_changes(
    follower: FakeFollower, run: MigrationRun, engine: FakeEngine
) -> None:
    copying.copy_database(run, KEY)
    engine.on_source = _content(11)
    assert copying.copy_database(run, KEY) == "already_equal"
    assert follower.slots == 1


def test_a_copy_whose_changes_were_not_kept_is_made_again(
    follower: FakeFollower, run: MigrationRun, engine: FakeEngine
) -> None:
    copying.copy_database(run, KEY)
    follower.slot, engine.on_source = None, _content(11)
    assert copying.copy_database(run, KEY) == "copied"
    assert engine.on_target == _content(11)


def test_a_copy_that_is_cleared_later_begins_anew(follower: FakeFollower, run: MigrationRun) -> None:
    copying.copy_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    copying.copy_database(run, KEY)
    assert follower.slots == 2
    follower.calls.clear()
    stop_after(follower, run, 1)
    assert follow.follow_databases(run) == {KEY: 4}
    assert follower.calls == ["begin at the copy"]


def test_the_proof_of_the_copy_stays_when_rows_have_moved_on(
    follower: FakeFollower, run: MigrationRun, engine: FakeEngine
) -> None:
    copying.copy_database(run, KEY)
    first = proving.prove_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    engine.on_target = _content(12)
    assert proving.prove_database(run, KEY) == first


def test_nothing_is_followed_whose_changes_are_gone(follower: FakeFollower, run: MigrationRun) -> None:
    copying.copy_database(run, KEY)
    follower.slot = None
    with pytest.raises(PermanentError, match="clear copy_databases, which copies the difference"):
        follow.follow_databases(run)
    assert follower.slot is None


def test_changed_definitions_end_it_loudly_and_bar_the_cutover(
    follower: FakeFollower, run: MigrationRun
) -> None:
    copying.copy_database(run, KEY)
    follower.changed = ["relation public.orders"]
    with pytest.raises(
        PermanentError, match=r"relation public\.orders changed since the copy.*take the change back"
    ):
        follow.follow_databases(run)
    with pytest.raises(PermanentError, match=r"relation public\.orders.*nothing was stopped"):
        follow.refuse_unfollowed(run)
    follower.changed = []
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    follow.refuse_unfollowed(run)


def diverge() -> None:
    raise CopyDivergedError("insert into stock.movements was refused")


def test_what_the_targets_workloads_write_interrupts_it_until_they_stand_still(
    follower: FakeFollower, run: MigrationRun, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    copying.copy_database(run, KEY)
    follower.applying = diverge
    follow.follow_databases(run)
    assert follower.slot is None
    assert "follows it again once the target's workloads stand still" in caplog.text
    follow.refuse_unfollowed(run)

    engine.on_target, engine.on_source = _content(99), _content(12)
    follower.applying = lambda: None
    follower.calls.clear()
    assert resuming.resume_following(run) == 1
    assert follower.calls == ["drop", "begin at the copy", "apply until the end"]
    assert (engine.on_target, follower.slot) == (_content(12), "slot 2")
    assert resuming.resume_following(run) == 0


def test_an_interrupted_following_is_not_begun_again_by_a_later_try(
    follower: FakeFollower, run: MigrationRun
) -> None:
    copying.copy_database(run, KEY)
    follower.applying = diverge
    follow.follow_databases(run)
    follower.calls.clear()
    assert follow.follow_databases(run) == {KEY: 0}
    assert follower.calls == []


def test_a_source_that_keeps_too_much_is_relieved(follower: FakeFollower, run: MigrationRun) -> None:
    copying.copy_database(run, KEY)
    follower.present = Lag(0, 0.0, 11 * 10**9)
    with pytest.raises(PermanentError, match=r"kept 11 GB .* more than follow\.most_retained \(10GB\)"):
        follow.follow_databases(run)
    assert follower.slot is None


def test_a_copy_during_which_the_source_keeps_too_much_fails(
    follower: FakeFollower, run: MigrationRun, engine: FollowedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "SECONDS_BETWEEN_GUARDS", 0.01)
    follower.present = Lag(0, 0.0, 11 * 10**9)
    dropped = threading.Event()
    former, copy = follower.drop, engine.copy_all

    def drop() -> None:
        former()
        if follower.slots:
            dropped.set()

    def slow(snapshot: Snapshot, mark: Callable[[], None]) -> object:
        assert dropped.wait(10)
        return copy(snapshot, mark)

    monkeypatch.setattr(follower, "drop", drop)
    monkeypatch.setattr(engine, "copy_all", slow)
    with pytest.raises(PermanentError, match="more than follow"):
        copying.copy_database(run, KEY)
    assert follower.slot is None


def test_the_last_pass_applies_the_rest_and_copies_nothing(
    follower: FakeFollower, run: MigrationRun, engine: FollowedEngine
) -> None:
    copying.copy_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    engine.on_source = _content(12)
    engine.calls.clear()
    follower.calls.clear()
    assert copying.copy_database_delta(run, KEY)["tables"] == 0
    assert follower.calls == ["apply until the end", "finish", "drop"]
    assert engine.calls == []
    assert proving.prove_database(run, KEY).equal


def test_a_last_pass_that_was_killed_before_its_end_does_not_begin_again(
    follower: FakeFollower, run: MigrationRun, engine: FollowedEngine
) -> None:
    copying.copy_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    copying.copy_database_delta(run, KEY)
    follower.calls.clear()
    copying.copy_database_delta(run, KEY)
    assert follow.follow_databases(run) == {KEY: 0}
    assert follower.calls == ["drop"]


def test_a_last_pass_refuses_changed_definitions(follower: FakeFollower, run: MigrationRun) -> None:
    copying.copy_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    follower.changed = ["index a"]
    with pytest.raises(PermanentError, match="index a"):
        copying.copy_database_delta(run, KEY)
    assert follower.noted is not None


def test_without_a_follower_the_last_pass_copies_what_differs(
    follower: FakeFollower, run: MigrationRun, engine: FollowedEngine
) -> None:
    copying.copy_database(run, KEY)
    follower.drop()
    engine.on_source = _content(12)
    assert copying.copy_database_delta(run, KEY)["tables"] == 1


def test_a_last_pass_copies_what_does_not_fit(
    follower: FakeFollower, run: MigrationRun, engine: FollowedEngine
) -> None:
    copying.copy_database(run, KEY)
    follower.noted = "at the copy"
    follower.applying = diverge
    engine.on_source = _content(12)
    assert copying.copy_database_delta(run, KEY)["tables"] == 1
    assert engine.on_target == engine.on_source
    assert (follower.calls[-1], run.ledger.read(f"following/{KEY}")["state"]) == ("drop", "finished")


def test_a_proof_that_expired_is_not_kept(
    follower: FakeFollower, run: MigrationRun, engine: FakeEngine
) -> None:
    copying.copy_database(run, KEY)
    stop_after(follower, run, 1)
    follow.follow_databases(run)
    run.ledger.record_proof(PHASE, KEY, Proof(method="expired", source=None, target=None, equal=False))
    assert isinstance(engine.on_target, Fingerprint)
    assert proving.prove_database(run, KEY).source is not None


def test_an_outage_is_sat_out(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.01)
    copying.copy_database(run, KEY)
    tries = iter(range(3))

    def applying() -> None:
        if next(tries, None) is not None:
            raise TemporaryError("the network is down")
        follow.stop_following(run)

    follower.applying = applying
    assert follow.follow_databases(run) == {KEY: 2}


def test_an_outage_that_does_not_end_is_told(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.01)
    monkeypatch.setattr(follow, "LONGEST_OUTAGE_SECONDS", 0.05)
    copying.copy_database(run, KEY)

    def applying() -> None:
        raise TemporaryError("the network is down")

    follower.applying = applying
    with pytest.raises(TemporaryError, match="the network is down"):
        follow.follow_databases(run)
