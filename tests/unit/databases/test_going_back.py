"""What was written on the target is carried back when a cutover is undone, and nothing is left otherwise."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from include.databases import copying, follow, followers, going_back
from include.errors import TemporaryError
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import run as build_run
from tests.unit.databases.conftest import FakeFollower
from tests.unit.databases.test_copying import KEY


def at_the_switch(run: MigrationRun, follower: FakeFollower) -> None:
    copying.copy_database_delta(run, KEY)
    assert going_back.arm_way_back(run) == 1
    follower.calls.clear()


def test_a_rollback_brings_back_what_was_written_on_the_target(
    follower: FakeFollower, run: MigrationRun
) -> None:
    at_the_switch(run, follower)
    assert going_back.bring_back(run) == []
    document = run.ledger.read(f"following-back/{KEY}")
    assert follower.calls == [f"begin {document['position']}", "apply until the end", "finish", "drop"]
    assert (document["state"], document["equal"]) == ("brought back", True)
    follower.calls.clear()
    assert going_back.bring_back(run) == []
    assert follower.calls == []


def test_a_target_that_does_not_answer_does_not_keep_the_customers_waiting(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, follower)
    monkeypatch.setattr(going_back, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(going_back, "POLL_SECONDS", 0.02)

    def fail() -> str:
        raise TemporaryError("the target does not answer")

    monkeypatch.setattr(follower, "end_position", fail)
    assert "stays there: the target does not answer" in going_back.bring_back(run)[0]
    assert follower.noted is None, "the source's triggers are on again"
    assert run.ledger.read(f"following-back/{KEY}")["state"] == "lost"
    assert run.ledger.events()[-1]["text"] == "writes stay on the target"


def test_without_reverse_no_way_back_is_armed(follower: FakeFollower, run: MigrationRun) -> None:
    def change(document: dict) -> None:  # type: ignore[type-arg]
        document["databases"][0].update(mode="follow", follow={"reverse": False})

    without = replace(run, definition=definition(change))
    copying.copy_database_delta(without, KEY)
    assert going_back.arm_way_back(without) == 0


def test_disarmed_nothing_is_kept(follower: FakeFollower, run: MigrationRun) -> None:
    at_the_switch(run, follower)
    assert going_back.disarm_way_back(run) == 1
    assert follower.calls == ["drop"]
    assert going_back.disarm_way_back(run) == 0


def test_what_cannot_be_removed_is_told(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    with pytest.raises(TemporaryError, match="no answer; no answer"):
        going_back.drop_followers(run)


def test_a_run_without_a_plan_has_no_followers(tmp_path: Path) -> None:
    assert going_back.drop_followers(build_run(tmp_path)) == 0


def test_a_cutover_that_ends_otherwise_ends_the_following(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going_back, "ENDING_SECONDS", 0.2)
    copying.copy_database(run, KEY)
    thread = threading.Thread(target=follow.follow_databases, args=(run,))
    thread.start()
    while follower.noted is None:
        time.sleep(0.01)
    going_back.end_following(run)
    thread.join(10)
    assert not thread.is_alive()
    assert follower.slot is None
    assert follow.follow_databases(run) == {KEY: 0}


def test_an_armed_way_back_does_not_keep_the_source_stopped(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, follower)

    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    monkeypatch.setattr(follower, "position", fail)
    assert going_back.disarm_way_back(run) == 1


def test_a_way_back_that_was_begun_is_undone_before_the_source_starts(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_switch(run, follower)
    followers.note(followers.followed_jobs(run)[0], followers.BACK, "armed", begun=True)
    follower.noted = "somewhere"

    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    with pytest.raises(TemporaryError, match="no answer"):
        going_back.disarm_way_back(run)
