"""What following has made is removed when it ends; what the way back needs stays."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from include.databases import copying, ending, follow
from include.errors import TemporaryError
from include.run import MigrationRun
from tests.builders.runs import run as build_run
from tests.unit.databases.conftest import FakeFollower
from tests.unit.databases.test_copying import KEY


def test_what_cannot_be_removed_is_told(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TemporaryError("no answer")

    monkeypatch.setattr(follower, "drop", fail)
    with pytest.raises(TemporaryError, match=r"removed: no answer$"):
        ending.drop_followers(run)
    with pytest.raises(TemporaryError, match="no answer; no answer"):
        ending.drop_followers(run, back=True)


def test_a_run_without_a_plan_has_no_followers(tmp_path: Path) -> None:
    assert ending.drop_followers(build_run(tmp_path)) == 0


def test_a_cutover_that_ends_otherwise_ends_the_following(
    follower: FakeFollower, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "ENDING_SECONDS", 0.2)
    copying.copy_database(run, KEY)
    thread = threading.Thread(target=follow.follow_databases, args=(run,))
    thread.start()
    while follower.noted is None:
        time.sleep(0.01)
    ending.end_following(run)
    thread.join(10)
    assert not thread.is_alive()
    assert follower.slot is None
    assert follow.follow_databases(run) == {KEY: 0}
