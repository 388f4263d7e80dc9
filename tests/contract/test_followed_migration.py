"""The steps of a migration, on real servers, with a database that is followed while applications write."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.databases import (
    arm_way_back,
    bring_back_databases,
    copy_database,
    copy_database_delta,
    disarm_way_back,
    end_following,
    follow,
    follow_databases,
    jobs,
    prove_database,
    stop_following,
)
from include.databases.postgresql.follow_obstacles import find_source_obstacles, find_way_back_obstacles
from include.databases.postgresql.session import session, value
from include.errors import PermanentError
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.contract.following import Pair, Writer, lab_pair

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("target_servers")]
KEY = "shop-orders"
SLOTS = "select count(*) from pg_replication_slots where database = %s"


@pytest.fixture
def pair(connections: dict[str, dict[str, Any]]) -> Generator[Pair]:
    with lab_pair(connections) as made:
        yield made


@pytest.fixture
def run(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(jobs, "engine_of", lambda run, database: pair.copier)
    return a_run(pair, tmp_path)


def a_run(pair: Pair, folder: Path, most_retained: str = "10GB") -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document["databases"][0].update(
            mode="follow", database=pair.database, follow={"most_retained": most_retained}
        )

    built = build_run(folder, definition=definition(change))
    row = plan_row(KEY, "rds_dump_restore", kind="database", details={"name": KEY})
    save_plan(built.ledger, Plan.model_validate({"items": [row]}))
    return built


def slots(pair: Pair) -> list[int]:
    found = []
    for access in (pair.source, pair.target):
        with session(access) as connection:
            found.append(int(value(connection, SLOTS, pair.database)))
    return found


def following(run: MigrationRun) -> threading.Thread:
    """Follow as the task does, and return when rows were applied."""
    thread = threading.Thread(target=follow_databases, args=(run,))
    thread.start()
    ends = time.monotonic() + 60
    while not run.ledger.exists(f"following/{KEY}") or not run.ledger.read(f"following/{KEY}").get("rows"):
        assert thread.is_alive()
        assert time.monotonic() < ends
        time.sleep(0.2)
    return thread


def test_a_cutover_arrives_and_its_rollback_keeps_what_the_target_took(pair: Pair, run: MigrationRun) -> None:
    with Writer(pair, 300).writing():
        copy_database(run, KEY)
        assert prove_database(run, KEY).equal
        thread = following(run)
        assert prove_database(run, KEY).equal, "the proof of the copy stays"
    stop_following(run)
    started = time.monotonic()
    assert copy_database_delta(run, KEY)["tables"] == 0
    moved = time.monotonic()
    thread.join()
    assert prove_database(run, KEY).equal
    print(f"last changes {moved - started:.1f} s, proof {time.monotonic() - moved:.1f} s")
    assert slots(pair) == [0, 0]
    assert arm_way_back(run) == 1
    assert slots(pair) == [0, 1]
    with Writer(pair, 300, on_target=True).writing() as writer:
        time.sleep(2)
    assert writer.written > 100
    assert bring_back_databases(run) == []
    assert run.ledger.read(f"following-back/{KEY}")["equal"]
    assert slots(pair) == [0, 1]
    assert disarm_way_back(run) == 1
    assert slots(pair) == [0, 0]
    assert pair.differences().text() == "nothing"


def test_a_later_run_begins_with_what_differs_and_follows_anew(
    pair: Pair, run: MigrationRun, tmp_path: Path
) -> None:
    copy_database(run, KEY)
    with Writer(pair, 300).writing():
        thread = following(run)
    end_following(run)
    thread.join()
    assert slots(pair) == [0, 0]
    second = a_run(pair, tmp_path / "second")
    with Writer(pair, 300).writing():
        assert copy_database(second, KEY) == "copied"
        assert prove_database(second, KEY).equal
        thread = following(second)
    stop_following(second)
    thread.join()
    assert copy_database_delta(second, KEY)["tables"] == 0
    assert prove_database(second, KEY).equal


def test_a_copy_that_was_killed_goes_on_with_a_slot_of_its_own(
    pair: Pair, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs.DatabaseJob, "write_record", killed)
        with pytest.raises(KeyboardInterrupt):
            copy_database(run, KEY)
    pair.run("insert into public.plain values ('between', 1)")
    copy_database(run, KEY)
    assert slots(pair) == [1, 0]
    assert copy_database_delta(run, KEY)["tables"] == 0
    assert prove_database(run, KEY).equal


def test_changed_definitions_end_the_following(
    pair: Pair, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_LOOKS", 0.2)
    copy_database(run, KEY)
    pair.run("create index later on public.plain (word)")
    with pytest.raises(PermanentError, match=r"index public\.later changed since the copy"):
        follow_databases(run)
    with pytest.raises(PermanentError, match="later"):
        copy_database_delta(run, KEY)
    pair.run("drop index public.later")
    assert copy_database_delta(run, KEY)["tables"] == 0
    assert prove_database(run, KEY).equal


def test_a_source_that_keeps_too_much_is_relieved(pair: Pair, run: MigrationRun, tmp_path: Path) -> None:
    tight = a_run(pair, tmp_path / "tight", "1MB")
    copy_database(tight, KEY)
    pair.run(
        "set search_path = public",
        "create temp table rows as select n from generate_series(1, 50000) n",
        "insert into plain select repeat('x', 100), n from rows",
    )
    with pytest.raises(PermanentError, match=r"more than follow\.most_retained"):
        follow_databases(tight)
    assert slots(pair) == [0, 0]


def test_every_lack_is_named_at_once(pair: Pair) -> None:
    assert list(find_source_obstacles(pair.source, pair.database, 10**9)) == []
    assert list(find_way_back_obstacles(pair.target)) == []
    pair.run(
        "set search_path = public",
        "create table keyless (a int)",
        "create unlogged table fast (a int primary key)",
        "create rule quiet as on insert to places do also nothing",
        "select lo_create(0)",
    )
    found = list(find_source_obstacles(pair.source, pair.database, 10**9))
    assert [severity for severity, _, _ in found] == ["blocker", "warning", "blocker", "warning"]
    texts = " ".join(text for _, text, _ in found)
    for name in ("public.keyless", "public.fast", "public.places", "1 large objects"):
        assert name in texts


def test_an_administrator_without_the_right_is_named(pair: Pair) -> None:
    name = pair.database
    pair.run(f"create role {name} login password 'for-a-moment'")
    try:
        weak = replace(pair.source, user=name, password="for-a-moment")
        found = list(find_source_obstacles(weak, pair.database, 10**9))
        back = list(find_way_back_obstacles(weak))
    finally:
        pair.run(f"drop role {name}")
    assert [(severity, f"by {name}, who may not replicate" in text) for severity, text, _ in found] == [
        ("blocker", True)
    ]
    assert "or set follow.reverse to false" in back[0][2]
