"""A database of every sort of table arrives equal, whatever happens to the copy on its way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple

import pymysql
import pytest

from include.databases.fingerprint import differences
from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.left_sessions import MARK
from include.databases.mariadb.steps import open_steps
from include.databases.mariadb.whole_copy import WholeCopy
from tests.contract.mariadb import copy_once
from tests.contract.mariadb.conftest import Pair
from tests.contract.mariadb.estate import STATEMENTS
from tests.contract.mariadb.test_followed_rows import ROWS, columns_of

PIECE = 256 * 1024


@pytest.fixture
def copier(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> MariadbCopier:
    monkeypatch.setattr(WholeCopy, "piece_bytes", PIECE)
    pair.origin.execute(*STATEMENTS, "analyze table orders", database=pair.database)
    return MariadbCopier(pair.origin.superuser, pair.destination.access, pair.database)


@pytest.fixture
def small_packets(pair: Pair) -> Iterator[None]:
    (before,) = pair.origin.rows("select @@global.max_allowed_packet")[0]
    pair.origin.execute("set global max_allowed_packet = 1048576")
    yield
    pair.origin.execute(f"set global max_allowed_packet = {before}")


@pytest.fixture(params=["LOAD DATA", "INSERT"])
def way(pair: Pair, request: pytest.FixtureRequest) -> Iterator[str]:
    """How rows get into the target: managed servers may refuse files of clients."""
    pair.destination.execute(f"set global local_infile = {int(request.param == 'LOAD DATA')}")
    yield request.param
    pair.destination.execute("set global local_infile = 1")


def copy_whole(copier: MariadbCopier) -> None:
    with copier.lock(), copier.snapshot() as snapshot:
        copied = copier.copy_all(snapshot, lambda: None)
    assert differences(copied.fingerprint, copier.target_fingerprint()).text() == "nothing"
    assert done_steps(copier) == set()


def copy_until(copier: MariadbCopier, line: str, seconds: float, *, changed: bool = False) -> None:
    """Start a copy, and kill it with SIGKILL some time after it has logged a line."""
    order = {
        "source": astuple(copier.source),
        "target": astuple(copier.target),
        "database": copier.database,
        "piece_bytes": PIECE,
        "changed": changed,
    }
    command = [sys.executable, "-m", copy_once.__name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        seen = next((text for text in process.stdout if line in text), None)
        assert seen, f"the copy never came to {line!r}"
        time.sleep(seconds)
        process.kill()


def done_steps(copier: MariadbCopier) -> set[str]:
    with open_steps(copier.target, copier.database) as steps:
        return set(steps.done())


@pytest.mark.usefixtures("way")
def test_every_sort_of_table_arrives_equal(copier: MariadbCopier, pair: Pair) -> None:
    copy_whole(copier)

    target = pair.destination
    assert target.rows("select count(*), min(id) from orders", pair.database) == [(20000, -5997)]
    # what triggers did on the source is not done again
    assert target.rows("select n from totals", pair.database) == [(20000,)]
    assert target.rows("select sum(hidden) from customers", pair.database) == [(125250,)]
    assert target.rows("select count(*) from history for system_time all", pair.database) == [(3,)]
    # an ENUM's empty member and its empty value look alike to the proof
    assert target.rows("select e + 0, b + 0 from members order by id", pair.database) == [(0, 300), (1, 0)]
    # whoever is served by the target gets the next number, not one that is taken
    target.execute("insert into customers (mail) values ('new')", database=pair.database)
    assert target.rows("select max(id) > 500 from customers", pair.database) == [(1,)]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", ROWS)
def test_every_value_arrives_as_it_was(pair: Pair, kind: str) -> None:
    columns, *rows = ROWS[kind]
    names = ", ".join(part.strip().split()[0] for part in columns_of(columns))
    pair.origin.execute(
        "set sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'",
        f"create table keyless ({columns})",
        *(f"insert into keyless ({names}) values {row}" for row in rows),
        database=pair.database,
    )
    copy_whole(MariadbCopier(pair.origin.access, pair.destination.access, pair.database))


@pytest.mark.usefixtures("way", "small_packets")
def test_rows_that_are_too_long_for_the_source_to_write_arrive(pair: Pair) -> None:
    pair.origin.execute(
        "create table long_ones (id int primary key, a longblob, b longtext, c int, d varchar(9))",
        "insert into long_ones values (1, repeat('\\\\', 700000), 'NULL', 3, null), (2, x'001a275c', null, null, 'NULL')",
        "insert into long_ones values (3, repeat(x'00', 400), repeat('ä', 70000), -3, ''), (4, repeat('x', 300), 'y', 0, '\\'')",
        database=pair.database,
    )
    copy_whole(MariadbCopier(pair.origin.superuser, pair.destination.access, pair.database))


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("pieces of a former", 0),
        ("Copied a piece of orders", 0),
        ("Copied table orders", 0),
        ("goes on to its indexes", 0),
        ("goes on to its indexes", 0.15),
        ("goes on to its views", 0),
        ("goes on to its views", 0.2),
    ],
)
def test_a_copy_that_was_killed_goes_on_and_ends_equal(
    copier: MariadbCopier, line: str, seconds: float
) -> None:
    if "former" in line:
        copy_until(copier, "Copied a piece of orders", 0)
    copy_until(copier, line, seconds)
    copy_whole(copier)


def test_pieces_that_were_copied_are_not_copied_again(
    copier: MariadbCopier, caplog: pytest.LogCaptureFixture
) -> None:
    copy_until(copier, "goes on to its indexes", 0)
    done = {step for step in done_steps(copier) if step.startswith("piece")}
    assert len([step for step in done if step.endswith(" orders")]) > 5

    with caplog.at_level("DEBUG"):
        copy_whole(copier)

    assert not [text for text in caplog.messages if text.startswith("Copied ")]
    assert f"{len(done)} of {len(done)} pieces of a former try are as they were" in caplog.messages


@pytest.mark.parametrize(
    "line", ["Copied a piece of orders", "goes on to its indexes", "goes on to its views"]
)
def test_what_changed_between_two_tries_is_copied_again(
    copier: MariadbCopier, pair: Pair, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    copy_until(copier, line, 0.1)
    pair.origin.execute(
        "update orders set filler = 'changed' where id = 0",
        "delete from orders where id = 3",
        "insert into orders values (100000, 1, null, 1, 'new')",
        "update members set f = 2.5",
        "delete from customers where id = 9",
        database=pair.database,
    )
    with caplog.at_level("DEBUG"):
        copy_whole(copier)
    assert pair.destination.rows("select n from totals", pair.database) == pair.origin.rows(
        "select n from totals", pair.database
    )


def test_a_definition_that_changed_between_two_tries_makes_the_target_anew(
    copier: MariadbCopier, pair: Pair
) -> None:
    copy_until(copier, "Copied table orders", 0)
    pair.origin.execute("alter table orders add column more int default 7", database=pair.database)
    copy_whole(copier)


def test_a_target_that_was_dropped_between_two_tries_is_made_anew(copier: MariadbCopier, pair: Pair) -> None:
    copy_until(copier, "Copied table orders", 0)
    pair.destination.execute(f"drop database {pair.database}")
    copy_whole(copier)


def change(pair: Pair) -> None:
    pair.origin.execute(
        "update orders set filler = 'changed' where id = 0",
        "insert into orders values (100000, 1, null, 1, 'new')",
        "delete from customers where id = 9",
        "update history set name = 'd' where id = 1",
        database=pair.database,
    )


def test_only_tables_that_differ_are_copied_again(
    copier: MariadbCopier, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    copy_whole(copier)
    change(pair)
    with copier.lock(), copier.snapshot() as snapshot, caplog.at_level("INFO"):
        found = snapshot.fingerprint()
        changed = differences(found, copier.target_fingerprint())
        caplog.clear()
        copied = copier.copy_changed(snapshot, found, changed)

    again = {text.removeprefix("Copied table ") for text in caplog.messages if "Copied table" in text}
    assert again == set(changed.tables) == {"customers", "history", "orders", "totals"}
    assert differences(copied.fingerprint, copier.target_fingerprint()).text() == "nothing"
    assert done_steps(copier) == set()


@pytest.mark.parametrize("line", ["Copied a piece of orders", "goes on to its indexes"])
def test_a_copy_of_what_differs_that_was_killed_is_gone_on_with(
    copier: MariadbCopier, pair: Pair, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    copy_whole(copier)
    change(pair)
    copy_until(copier, line, 0.05, changed=True)

    caplog.clear()
    with caplog.at_level("INFO"):
        copy_whole(copier)
    assert "Copied table parted" not in caplog.messages


def test_a_second_copy_ends_what_a_killed_one_left_running(copier: MariadbCopier, pair: Pair) -> None:
    copy_until(copier, "goes on to its indexes", 0)
    login = copier.target
    with pymysql.connect(
        host=login.host, port=login.port, user=login.user, password=login.password, database=pair.database
    ) as left:
        left._execute_command(3, f"{MARK} select sleep(100) from totals for update")
        time.sleep(0.2)
        copy_whole(copier)
        with pytest.raises(pymysql.err.MySQLError):
            left._read_query_result()


def test_sources_that_allow_no_lock_are_read_at_one_moment(pair: Pair, copier: MariadbCopier) -> None:
    pair.origin.execute(
        "create user reader@'%' identified by 'of-a-test-only'",
        "grant select, execute, show view, event, trigger, process, replication client on *.* to reader@'%'",
    )
    try:
        login = copier.source.__class__(
            "mariadb", copier.source.host, copier.source.port, "reader", "of-a-test-only"
        )
        reader = MariadbCopier(login, copier.target, pair.database)
        with reader.lock(), reader.snapshot() as snapshot:
            assert len(snapshot.sessions) == 4
            assert snapshot.position() == pair.follower().end_position()
            reader.copy_all(snapshot, lambda: None)
        assert pair.destination.rows("select count(*) from orders", pair.database) == [(20000,)]
    finally:
        pair.origin.execute("drop user reader@'%'")
