"""A PostgreSQL database is followed on real servers: every row arrives once, whatever is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest

from include.databases.postgresql.following import PostgresqlFollower
from include.databases.postgresql.session import session, value
from include.errors import CopyDivergedError, PermanentError
from tests.contract.following import Pair, Writer, lab_pair

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("target_servers")]

FOLLOW = """
import json, sys
from include.databases.postgresql.following import PostgresqlFollower
source, target, database = json.load(sys.stdin)
follower = PostgresqlFollower(DatabaseAccess(*source), DatabaseAccess(*target), database)
while True:
    follower.apply(seconds=0.5)
"""


@pytest.fixture
def pair(connections: dict[str, dict[str, Any]]) -> Generator[Pair]:
    with lab_pair(connections) as made:
        yield made


@pytest.fixture
def follower(pair: Pair) -> Generator[PostgresqlFollower]:
    """A follower whose copy is whole."""
    found = pair.follower()
    found.prepare()
    found.begin(pair.copied())
    yield found
    found.close()


def catch_up(follower: PostgresqlFollower) -> int:
    return follower.apply(follower.end_position(), 60).rows


def end(follower: PostgresqlFollower, pair: Pair) -> None:
    applied = follower.apply(follower.end_position(), 120)
    assert applied.is_complete
    follower.finish()
    assert pair.differences().text() == "nothing"


def test_what_is_written_during_the_copy_and_after_arrives_once(pair: Pair) -> None:
    follower = pair.follower()
    with Writer(pair, 1000).writing() as writer:
        follower.prepare()
        position = pair.copied()
        follower.begin(position)
        follower.apply(follower.end_position(), 60)
        for _ in range(10):
            follower.apply(seconds=1)
    # How far behind it was meanwhile depends on the machine: `python -m benchmarks --only postgres_lag` measures it.
    assert writer.written > 1000
    end(follower, pair)
    follower.drop()
    follower.close()
    with session(pair.source) as connection:
        assert (
            value(connection, "select count(*) from pg_replication_slots where slot_name = %s", follower.name)
            == 0
        )


CHANGES = {
    "a key that changes": ['update "Odd ""Name" set key = 7 where key = 1'],
    "rows that need each other in the wrong order": ["insert into tree values (2, 1), (1, null)"],
    "unique values that change places": ["update places set n = 6 - n"],
    "a cascade": ["delete from customers where id < 20"],
    "a value outside its row that stays": ["update customers set name = 'x' where id = 30"],
    "a value outside its row that changes": ["update customers set note = note || 'x' where id = 30"],
    "rows without a key": [
        "update plain set number = 0.2 where ctid = (select min(ctid) from plain)",
        "delete from plain where number = 0.2",
    ],
    "partitions": [
        "insert into parts values ('2026-03-01', 1), ('2026-08-01', 2)",
        "update parts set day = '2026-09-01' where id = 1",
    ],
    "emptied tables": ["truncate plain, tree", "insert into plain values ('after', 'nan')"],
    "emptied by a cascade": ["truncate customers cascade", "insert into customers (name) values ('first')"],
    "a transaction that is rolled back": ["begin; insert into plain values ('never', 1); rollback"],
    "parts that are rolled back": [
        "begin; insert into plain values ('a', 1); savepoint s; insert into plain values ('b', 2); rollback to s; commit"
    ],
    "many rows": ["insert into plain select 'many', n from generate_series(1, 300) n"],
    "foreign keys deferred": ["begin; set constraints all deferred; insert into tree values (5, 5); commit"],
    "odd text": [
        'insert into "Odd ""Name" values (3, E\'\\\\N \\t\\n %s {} \\\\ \u20ac\')',
        "insert into plain values (null, null), ('', '-infinity')",
    ],
    "triggers": ["insert into customers (name) values ('heard once')"],
}


@pytest.mark.parametrize("statements", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_arrives(statements: list[str], pair: Pair, follower: PostgresqlFollower) -> None:
    pair.run("set search_path = public", 'insert into "Odd ""Name" values (1, \'one\')')
    pair.run("set search_path = public", *statements)
    end(follower, pair)


def test_a_large_transaction_arrives_whole_or_not_at_all(pair: Pair, follower: PostgresqlFollower) -> None:
    pair.run(
        "set search_path = public",
        "begin; insert into plain select 'large', n from generate_series(1, 100000) n; update customers set note = 'x'; commit",
    )
    started = time.monotonic()
    assert follower.apply(seconds=0.1).rows in {0, 100_200}
    assert catch_up(follower) in {0, 100_200}
    print(f"100,200 rows in {time.monotonic() - started:.1f} s")
    end(follower, pair)


def test_killed_again_and_again_it_neither_loses_nor_doubles(
    pair: Pair, follower: PostgresqlFollower
) -> None:
    follower.close()
    choose = random.Random(3)
    with Writer(pair, 500).writing():
        for _ in range(8):
            process = start(pair)
            time.sleep(0.5 + choose.random())
            process.send_signal(signal.SIGKILL)
            process.wait()
        pair.run(
            "set search_path = public", "insert into plain select 'large', n from generate_series(1, 30000) n"
        )
        process = start(pair)
        time.sleep(0.8)
        process.kill()
        process.wait()
    end(follower, pair)


def start(pair: Pair) -> subprocess.Popen[bytes]:
    import json

    process = subprocess.Popen([sys.executable, "-c", FOLLOW], stdin=subprocess.PIPE)
    sides = [[one.engine, one.host, one.port, one.user, one.password] for one in (pair.source, pair.target)]
    assert process.stdin is not None
    process.stdin.write(json.dumps([*sides, pair.database]).encode())
    process.stdin.close()
    return process


def test_two_at_once_do_not_double(pair: Pair, follower: PostgresqlFollower) -> None:
    import psycopg

    pair.run("set search_path = public", "insert into plain values ('once', 1)")
    follower.apply(seconds=0.2)
    with closing(pair.follower()) as other, pytest.raises(psycopg.errors.ObjectInUse):
        other.apply(seconds=0.2)
    end(follower, pair)


@pytest.mark.parametrize(
    ("on_target", "on_source"),
    [
        ("insert into public.tree values (9)", "insert into public.tree values (9)"),
        ("delete from public.places where id = 2", "update public.places set n = 70 where id = 2"),
    ],
)
def test_a_copy_that_somebody_else_writes_into_is_refused(
    on_target: str, on_source: str, pair: Pair, follower: PostgresqlFollower
) -> None:
    pair.run(on_target, on_target=True)
    pair.run(on_source)
    with pytest.raises(CopyDivergedError, match="something else writes into the copy"):
        catch_up(follower)


def test_changed_definitions_are_named(pair: Pair) -> None:
    with pair.copier.snapshot() as snapshot:
        expected = snapshot.fingerprint().definitions
    follower = pair.follower(expected)
    follower.prepare()
    follower.begin(pair.copied())
    assert follower.changed_definitions() == []
    pair.run("alter table public.plain add column more int")
    assert follower.changed_definitions() == ["relation public.plain"]
    pair.run("insert into public.plain values ('a', 1, 2)")
    with pytest.raises(PermanentError, match="definitions may not change"):
        catch_up(follower)
    follower.close()


def test_dropped_while_it_follows_the_target_is_as_it_was(pair: Pair, follower: PostgresqlFollower) -> None:
    follower.drop()
    assert pair.differences().text() == "nothing"
    assert follower.position() is None
    follower.drop()
    with pytest.raises(PermanentError, match="follows nothing"):
        follower.apply(seconds=0.1)


def test_the_start_is_the_same_until_something_is_applied(pair: Pair, follower: PostgresqlFollower) -> None:
    first = follower.prepare()
    assert follower.prepare() == first
    pair.run("insert into public.plain values ('once', 1)")
    catch_up(follower)
    follower.close()
    ends = time.monotonic() + 10
    while follower.prepare() == first:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_what_was_written_on_the_target_comes_back(pair: Pair, follower: PostgresqlFollower) -> None:
    end(follower, pair)
    back = PostgresqlFollower(pair.target, pair.source, pair.database)
    position = back.prepare()
    assert pair.differences().text() == "nothing"
    pair.run(
        "set search_path = public",
        "insert into customers (name) values ('on the target')",
        "insert into orders (customer, amount) values (1, 5)",
        "update customers set note = null where id = 5",
        on_target=True,
    )
    back.begin(position)
    back.apply(back.end_position(), 60)
    back.finish()
    back.drop()
    back.close()
    assert pair.differences().text() == "nothing"
    assert pair.rows("select count(*) from public.customers where name = 'on the target'") == [(1,)]


def test_a_slot_that_was_dropped_is_told(pair: Pair, follower: PostgresqlFollower) -> None:
    assert follower.lag().retained >= 0
    follower.close()
    with session(pair.source) as connection:
        connection.execute("select pg_drop_replication_slot(%s)", (follower.name,))
    with pytest.raises(PermanentError, match="is gone"):
        follower.lag()
    follower.close()
