"""A follower carries every change exactly once, and says so when it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import pytest

from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.following import MariadbFollower
from include.errors import CopyDivergedError, PermanentError, PreflightError, TemporaryError
from tests.contract.mariadb.conftest import ITEMS, Pair, writer


@pytest.fixture
def follower(pair: Pair) -> Generator[MariadbFollower]:
    pair.both(ITEMS)
    follower = pair.follower()
    follower.begin(follower.prepare())
    yield follower
    follower.close()


def test_a_copy_beside_a_writer_goes_on_from_its_snapshot(pair: Pair) -> None:
    pair.origin.execute(ITEMS, database=pair.database)
    pair.destination.execute(f"drop database {pair.database}")
    copier = MariadbCopier(pair.origin.superuser, pair.destination.access, pair.database)
    follower = pair.follower()
    with writer(pair):
        follower.prepare()
        time.sleep(0.3)
        with copier.snapshot() as snapshot:
            copier.copy_all(snapshot, lambda: None)
            follower.begin(snapshot.position())
        time.sleep(0.3)
        applied = follower.apply(seconds=0.5)
    assert applied.transactions > 0
    follower.apply(until=follower.end_position(), seconds=60)
    follower.finish()

    assert pair.differences() == "nothing"


def test_the_end_that_was_asked_for_is_reached_and_not_more(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute("insert into items values (1, 'a', 1)", database=pair.database)
    until = follower.end_position()
    pair.origin.execute("insert into items values (2, 'b', 2)", database=pair.database)

    applied = follower.apply(until, seconds=60)

    assert (applied.transactions, applied.rows, applied.position, applied.is_complete) == (1, 1, until, True)
    assert pair.destination.rows("select id from items", pair.database) == [(1,)]
    assert follower.lag().bytes > 0
    assert follower.apply(until, seconds=60).transactions == 0
    assert follower.apply(seconds=60).transactions == 1
    assert (follower.lag().bytes, follower.lag().seconds) == (0, 0.0)


def test_a_new_log_file_is_followed_into(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute(
        "insert into items values (1, 'a', 1)",
        "flush binary logs",
        "insert into items values (2, 'b', 2)",
        "flush binary logs",
        database=pair.database,
    )
    assert follower.lag().bytes > 0
    assert follower.apply(follower.end_position(), seconds=60).rows == 2
    assert follower.lag().bytes == 0


def test_a_transaction_of_100000_rows_arrives_whole(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute(
        "insert into items (name, amount) select concat('name ', seq), seq from seq_1_to_100000",
        "update items set amount = amount + 1 where id <= 20000",
        "delete from items where id > 90000",
        database=pair.database,
    )
    applied = follower.apply(follower.end_position(), seconds=120)
    follower.finish()

    assert (applied.transactions, applied.rows) == (3, 130000)
    assert pair.differences() == "nothing"


def test_triggers_and_events_are_silent_while_following_and_then_as_before(pair: Pair) -> None:
    pair.both(
        "create user if not exists keeper@'%' identified by 'of-a-test-only'",
        "grant all privileges on *.* to keeper@'%'",
        ITEMS,
        "create table noted (id int auto_increment primary key, item int) character set utf8mb4",
        "create trigger first_of_two after insert on items for each row insert into noted (item) values (new.id)",
        "create definer = 'keeper'@'%' trigger second_of_two after insert on items for each row "
        "insert into noted (item) values (-new.id)",
        "create trigger aside before update on items for each row set new.name = 'Ü'",
        "create event nightly on schedule every 1 day starts '2030-01-01 00:00:00' do delete from noted",
        "create event resting on schedule every 1 hour starts '2030-01-01 00:00:00' disable do delete from noted",
    )
    before = pair.differences()
    follower = pair.follower()
    position = follower.prepare()
    follower.begin(position)
    follower.begin(position)
    pair.origin.execute(
        "insert into items values (1, 'a', 1)", "update items set amount = 2", database=pair.database
    )
    follower.apply(seconds=60)
    assert pair.destination.rows("select item from noted order by id", pair.database) == [(1,), (-1,)]
    follower.finish()
    follower.finish()

    assert before == pair.differences() == "nothing"
    pair.destination.execute("insert into items values (2, 'b', 2)", database=pair.database)
    assert pair.destination.rows("select item from noted order by id", pair.database) == [
        (1,),
        (-1,),
        (2,),
        (-2,),
    ]


def test_giving_up_brings_triggers_back_and_leaves_no_note(pair: Pair) -> None:
    pair.both(ITEMS, "create trigger aside before update on items for each row set new.name = 'x'")
    follower = pair.follower()
    follower.begin(follower.prepare())
    follower.drop()
    follower.drop()

    assert pair.differences() == "nothing"
    with pytest.raises(PermanentError, match="is not followed"):
        follower.apply(seconds=60)
    pair.destination.execute(f"drop database {pair.database}")
    follower.drop()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("alter table items add column more int", "ALTER TABLE items"),
        ("truncate table items", "TRUNCATE TABLE items"),
        ("create table others (id int)", "CREATE TABLE others"),
        ("drop table items", "DROP TABLE items"),
        ("create index by_name on items (name)", "CREATE INDEX items"),
        ("create definer = root@localhost view seen as select * from items", "CREATE VIEW seen"),
        ("rename table items to things", "RENAME TABLE items, things"),
    ],
)
def test_a_changed_definition_is_refused(
    pair: Pair, follower: MariadbFollower, statement: str, words: str
) -> None:
    pair.origin.execute("insert into items values (1, 'a', 1)", statement, database=pair.database)

    for _ in range(2):
        with pytest.raises(PermanentError, match=f"holds {words} after .*copy the database anew"):
            follower.apply(seconds=60)


def test_what_concerns_other_databases_or_nothing_goes_by(pair: Pair, follower: MariadbFollower) -> None:
    other = f"{pair.database}_other"
    pair.origin.execute(
        f"create database {other}",
        f"create table {other}.items (id int primary key)",
        f"insert into {other}.items values (1)",
        "create table if not exists items (id int)",
        "drop table if exists never_there",
        "create temporary table scratch (id int)",
        "insert into scratch values (1)",
        "drop temporary table scratch",
        "analyze table items",
        f"grant select on {pair.database}.* to nobody@'%' identified by 'of-a-test-only'",
        "drop user nobody@'%'",
        "insert into items values (1, 'a', 1)",
        f"drop database {other}",
        database=pair.database,
    )
    applied = follower.apply(seconds=60)

    assert (applied.transactions, applied.rows, applied.is_complete) == (1, 1, True)


def test_statements_in_place_of_rows_are_refused(pair: Pair, follower: MariadbFollower) -> None:
    with pair.origin.session() as session, session.cursor() as cursor:
        cursor.execute("set binlog_format = STATEMENT")
        cursor.execute(f"use {pair.database}")
        cursor.execute("insert into items values (1, 'a', 1)")

    with pytest.raises(
        PermanentError, match=r"INSERT as a statement after .*binlog_format to anything but ROW"
    ):
        follower.apply(seconds=60)


def test_rows_that_are_not_whole_are_refused(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute("insert into items values (1, 'a', 1)", database=pair.database)
    with pair.origin.session(pair.database) as session, session.cursor() as cursor:
        cursor.execute("set binlog_row_image = MINIMAL")
        cursor.execute("update items set amount = 2")

    with pytest.raises(PermanentError, match=r"leaves out columns .*binlog_row_image=FULL"):
        follower.apply(seconds=60)


def test_what_the_log_holds_compressed_is_refused(pair: Pair, follower: MariadbFollower) -> None:
    pair.both("create table letters (id int primary key, text text)")
    follower.drop()
    follower.begin(follower.prepare())
    pair.origin.execute("set global log_bin_compress = on")
    try:
        # Rows of less than 256 bytes stay as they are.
        pair.origin.execute("insert into letters values (1, repeat('a', 9000))", database=pair.database)
    finally:
        pair.origin.execute("set global log_bin_compress = off")

    with pytest.raises(PermanentError, match="cannot be read: compressed"):
        follower.apply(seconds=60)


def test_transactions_of_several_servers_are_refused_and_those_of_others_go_by(
    pair: Pair, follower: MariadbFollower
) -> None:
    other = f"{pair.database}_other"
    pair.origin.execute(f"create database {other}", f"create table {other}.items (id int primary key)")
    for database in (other, pair.database):
        pair.origin.execute(
            "xa start 'both'",
            "insert into items (id) values (1)",
            "xa end 'both'",
            "xa prepare 'both'",
            "xa commit 'both'",
            database=database,
        )
        if database == other:
            assert follower.apply(seconds=60).is_complete
    pair.origin.execute(f"drop database {other}")

    with pytest.raises(PermanentError, match="an XA transaction"):
        follower.apply(seconds=60)


def test_a_value_that_is_too_large_for_the_destination_is_told(pair: Pair, follower: MariadbFollower) -> None:
    pair.both("create table scans (id int primary key, scan longblob)")
    follower.drop()
    follower.begin(follower.prepare())
    pair.origin.execute("insert into scans values (1, repeat('x', 9000000))", database=pair.database)

    with pytest.raises(PermanentError, match="set max_allowed_packet to twice the largest value"):
        follower.apply(seconds=60)


def test_a_log_that_was_removed_is_told(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute(
        "insert into items values (1, 'a', 1)",
        "flush binary logs",
        "flush binary logs",
        database=pair.database,
    )
    newest = pair.origin.rows("show master status")[0][0]
    # A file stays while the server might need it to recover.
    while len(pair.origin.rows("show binary logs")) > 1:
        pair.origin.execute(f"purge binary logs to '{newest}'")
        time.sleep(0.1)

    with pytest.raises(PermanentError, match=r"was removed from the log .*copy the database anew"):
        follower.apply(seconds=60)


def test_a_destination_that_somebody_else_wrote_into_is_told(pair: Pair, follower: MariadbFollower) -> None:
    pair.destination.execute("insert into items values (1, 'other', 1)", database=pair.database)
    pair.origin.execute("insert into items values (1, 'a', 1)", database=pair.database)
    with pytest.raises(CopyDivergedError, match="not as the origin was"):
        follower.apply(seconds=60)

    pair.destination.execute("delete from items", database=pair.database)
    follower.apply(seconds=60)
    pair.destination.execute("delete from items", database=pair.database)
    pair.origin.execute("update items set amount = 2", database=pair.database)
    with pytest.raises(CopyDivergedError, match="found 0 rows instead of 1"):
        follower.apply(seconds=60)


def test_a_follower_that_another_has_overtaken_gives_way(pair: Pair, follower: MariadbFollower) -> None:
    follower.apply(seconds=60)
    other = pair.follower()
    pair.origin.execute("insert into items values (1, 'a', 1)", database=pair.database)
    other.apply(seconds=60)
    other.close()

    with pytest.raises(TemporaryError, match="another try follows into it"):
        follower.apply(seconds=60)
    assert follower.apply(seconds=60).transactions == 0
    assert pair.destination.rows("select count(*) from items", pair.database) == [(1,)]


def test_the_way_back_is_the_same_with_the_servers_exchanged(pair: Pair, follower: MariadbFollower) -> None:
    pair.origin.execute("insert into items values (1, 'a', 1)", database=pair.database)
    follower.apply(follower.end_position(), seconds=60)
    follower.finish()
    back = MariadbFollower(pair.destination.access, pair.origin.access, pair.database)
    back.begin(back.prepare())
    pair.destination.execute(
        "insert into items (name, amount) values ('b', 2)",
        "update items set amount = 7",
        database=pair.database,
    )
    applied = back.apply(back.end_position(), seconds=60)
    back.finish()

    assert applied.rows == 3
    assert pair.origin.rows("select id, amount from items order by id", pair.database) == [(1, 7), (2, 7)]
    assert pair.differences() == "nothing"


def test_what_stands_in_the_way_is_told_at_once(pair: Pair) -> None:
    pair.origin.execute(
        "create table kept (id int) with system versioning",
        "create table packed (id int primary key, words text compressed)",
        database=pair.database,
    )
    pair.origin.execute("set global binlog_format = MIXED", "set global binlog_row_image = MINIMAL")
    try:
        with pytest.raises(PreflightError) as refused:
            pair.follower().prepare()
    finally:
        pair.origin.execute("set global binlog_format = ROW", "set global binlog_row_image = FULL")
    text = str(refused.value)
    assert len(refused.value.problems) == 3
    for word in ("binlog_format=MIXED, binlog_row_image=MINIMAL", "kept keep former rows", "packed.words"):
        assert word in text


def test_no_row_is_lost_while_many_are_written(pair: Pair) -> None:
    """How far behind it is meanwhile depends on the machine: `python -m benchmarks --only mariadb_lag` measures it."""
    pair.both("create table stamps (id int auto_increment primary key, at datetime(6), words varchar(200))")
    follower = pair.follower()
    follower.begin(follower.prepare())
    stopped = threading.Event()

    def follow() -> None:
        while not stopped.is_set():
            follower.apply(seconds=0.5)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        written = write_evenly(pair, a_second=1000, seconds=8)
    finally:
        stopped.set()
        thread.join()
    assert pair.destination.rows("select count(*) > 0 from stamps", pair.database) == [(1,)]
    follower.apply(follower.end_position(), seconds=60)
    assert pair.destination.rows("select count(*) from stamps", pair.database) == [(written,)]


def write_evenly(pair: Pair, a_second: int, seconds: float) -> int:
    """Commit single rows at a steady rate, as far as the machine can; return how many."""
    began, written = time.monotonic(), 0
    with pair.origin.session(pair.database) as session, session.cursor() as cursor:
        while time.monotonic() - began < seconds:
            while written < (time.monotonic() - began) * a_second:
                cursor.execute("insert into stamps (at, words) values (now(6), repeat('w', 100))")
                written += 1
            time.sleep(0.001)
    return written
