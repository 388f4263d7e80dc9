"""A database is followed while its servers are killed and its target's disk is full: nothing is lost, nothing is doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from include.connections import DatabaseAccess
from include.databases import follow
from include.errors import PermanentError
from include.planning.database_client import open_database
from tests.builders.moves import KEY
from tests.contract.faults.conftest import ENGINES, Sides, made_move
from tests.contract.faults.followed import FIRST, Followed, Writer

LARGE = """insert into orders select 500000 + parcels.id * 25 + returns.id, parcels.code, parcels.words
    from parcels join returns on returns.id < 25"""


@pytest.fixture
def followed(kind: str, sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Followed:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.5)
    move = made_move(kind, sides, tmp_path, rows=9_000, mode="follow")
    return Followed(move, move.copy())


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_servers_that_are_killed_are_followed_on_where_they_were(followed: Followed, sides: Sides) -> None:
    with Writer(followed.source, followed.move.name).writing() as writer, followed.following() as task:
        followed.wait_for(FIRST + 1, task)
        for server in (sides.source, sides.target):
            server.kill()
            time.sleep(1)
            server.start()
            followed.wait_for(writer.next_row(), task)
    assert (task.result() or {})[KEY] > 0
    assert followed.finish() == 0, "whole tables had to be copied: the following was lost"
    assert followed.count(followed.target) == followed.count(followed.source) >= len(writer.written)


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_full_disk_ends_the_following_clearly_and_with_room_it_goes_on(
    followed: Followed, sides: Sides
) -> None:
    with Writer(followed.source, followed.move.name).writing() as writer, followed.following() as task:
        followed.wait_for(FIRST + 1, task)
        sides.leave_room(4)
        with open_database(followed.source, followed.move.name) as cursor:
            cursor.execute(LARGE)
        with pytest.raises(PermanentError, match="enlarge the disk that is full"):
            task.result(60)
    state = followed.run.ledger.read(f"following/{KEY}")["state"]
    assert state == "failed"
    sides.repair()
    followed.run.ledger.remove("stop-following")
    with followed.following() as task:
        followed.wait_for(writer.written[-1], task)
    assert followed.finish() == 0
    assert followed.count(followed.target, 500_000) == followed.count(followed.source, 500_000)


@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_rows_that_do_not_fit_when_nothing_follows_any_more_are_copied_at_the_last_pass(
    followed: Followed,
) -> None:
    with followed.following() as task:
        write(followed.source, followed.move.name, FIRST + 1)
        followed.wait_for(FIRST + 1, task)
    for access in (followed.target, followed.source):
        write(access, followed.move.name, FIRST + 2)
    assert followed.finish() > 0
    assert followed.count(followed.target) == 2


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_target_that_is_away_does_not_fill_the_sources_disk(
    kind: str, sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_TRIES", 0.5)
    move = made_move(kind, sides, tmp_path, rows=9_000, mode="follow", follow={"most_retained": "30MB"})
    followed = Followed(move, move.copy())
    with followed.following() as task:
        write(followed.source, move.name, FIRST + 1)
        followed.wait_for(FIRST + 1, task)
        sides.target.kill()
        with open_database(followed.source, move.name) as cursor:
            cursor.execute(LARGE)
            cursor.execute("insert into parcels select id + 1000000, code, repeat(words, 3) from orders")
        with pytest.raises(
            PermanentError, match=r"more than follow.most_retained \(30MB\); it keeps nothing any more"
        ):
            task.result(60)
    assert followed.slots() == 0
    assert followed.run.ledger.read(f"following/{KEY}")["state"] == "failed"

    sides.target.start()
    followed.run.ledger.remove("stop-following")
    assert move.copy().ledger.read(f"databases/{KEY}")["prepared"]
    with followed.following() as task:
        write(followed.source, move.name, FIRST + 2)
        followed.wait_for(FIRST + 2, task)
    followed.finish()
    assert followed.slots() == 0


def write(access: DatabaseAccess, database: str, number: int) -> None:
    with open_database(access, database) as cursor:
        cursor.execute("insert into orders values (%s, 'written', %s)", (number, access.address))
