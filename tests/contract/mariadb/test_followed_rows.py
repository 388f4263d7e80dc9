"""Whatever a row holds arrives exactly: the servers compute the same hash of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.mariadb.conftest import Pair

NUMBERS = (
    "tiny tinyint, huge bigint unsigned, medium mediumint, small smallint unsigned, money decimal(20,7), "
    "longest decimal(65,30), part decimal(5,5), single float, twice double, flag bit(1), bits bit(17), all_bits bit(64)"
)
TIMES = (
    "day date, exact datetime(6), plain datetime, moment timestamp(3) null, exact_moment timestamp(6) null, "
    "span time(1), span3 time(3), span6 time(6), span0 time, since year, "
    "changed timestamp not null default current_timestamp on update current_timestamp"
)
TEXTS = (
    "latin varchar(50) character set latin1, wide varchar(300), fixed char(10) character set latin1, "
    "fixed_wide char(100), sjis varchar(20) character set sjis, two_bytes varchar(20) character set utf16, "
    "latin_text text character set latin1, medium mediumtext, longest longtext, document json, "
    "one enum('a','b','ü'), some set('x','y','z')"
)
BYTES = (
    "fixed binary(6), varied varbinary(300), few blob, many longblob, shape geometry, place point, "
    "unique_id uuid, host inet6"
)
ROWS = {
    "numbers": (
        NUMBERS,
        "(-128, 18446744073709551615, -8388608, 65535, -1234567890123.0000001, "
        "-12345678901234567890123456789012345.000000000000000000000000000001, -0.12345, 1.1, 1.7976931348623157e308, "
        "1, b'10000000000000001', 0xFFFFFFFFFFFFFFFF)",
        "(127, 0, 8388607, 0, 0, 1, 0.5, 3.4028235e38, -2.2250738585072014e-308, 0, 0, 1)",
        "(0, 9223372036854775808, 0, 1, 99.5, 0.000000000000000000000000000001, -0.5, -0.0, -0.0, null, null, null)",
    ),
    "times": (
        TIMES,
        "('0000-00-00', '0000-00-00 00:00:00.000001', '2024-00-00', '1970-01-01 00:00:01.5', "
        "'2038-01-19 03:14:07.999999', '-00:00:00.5', '-838:59:59.999', '-00:00:01.000001', '-00:00:01', 0, "
        "'2001-01-01')",
        "('9999-12-31', '9999-12-31 23:59:59.999999', '2024-02-31', '0000-00-00', '2001-09-09 01:46:40', "
        "'838:59:59.0', '00:00:00.001', '838:59:59', '-838:59:59', 2155, '1999-12-31 23:59:59')",
        "('2024-02-29', '1000-01-01', null, null, '2024-10-27 00:30:00', '00:00:00', null, null, null, 1901, '2002-02-02')",
    ),
    "texts": (
        TEXTS,
        "(_latin1 x'8180e9', '😀\\'\\\\ %s', ' x ', 'é ', '日本', 'ü', _latin1 x'e980', '日本', repeat('l', 70000), "
        "' {\"a\": 1.50} ', 'ü', 'x,z')",
        "('', '', '', '', '', '', '', '', '', '[]', '', '')",
        "(null, repeat('ä', 300), null, null, null, null, null, repeat('m', 70000), null, null, 3, 7)",
    ),
    "bytes": (
        BYTES,
        "(x'010000', x'00ff27', x'00ff', x'', st_geomfromtext('POLYGON((0 0,1 0,1 1,0 0))', 4326), point(1, 2), "
        "'12345678-9abc-1def-8123-456789abcdef', 'fe80::1')",
        "('', '', '', '', null, null, '00000000-0000-0000-0000-000000000000', '::')",
        "(x'ffffffffffff', repeat('x', 300), null, repeat(x'00', 100000), null, null, "
        "'f47ac10b-58cc-4372-a567-0e02b2c3d479', null)",
    ),
}


@pytest.fixture(params=["NO_LOG", "MINIMAL", "FULL"])
def metadata(pair: Pair, request: pytest.FixtureRequest) -> Iterator[str]:
    """How much of a table's description the origin's log holds: a managed server's is not ours to choose."""
    pair.origin.execute(f"set global binlog_row_metadata = {request.param}")
    yield request.param
    pair.origin.execute("set global binlog_row_metadata = NO_LOG")


def change(pair: Pair, columns: str, rows: tuple[str, ...]) -> None:
    """Insert, change and delete rows of every value."""
    names = ", ".join(part.strip().split()[0] for part in columns_of(columns))
    with pair.origin.session(pair.database) as session, session.cursor() as cursor:
        cursor.execute("set sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'")
        for table in ("keyed", "keyless"):
            for row in rows:
                # PyMySQL formats only with values: a percent sign stays one.
                cursor.execute(f"insert into {table} ({names}) values {row}")
            cursor.execute(f"insert into {table} ({names}) select {names} from {table}")
            cursor.execute(f"update {table} set note = 'changed' where number % 2 = 0")
            cursor.execute(f"delete from {table} where number = 1")
        cursor.execute("update keyed set number = number + 100")


def columns_of(columns: str) -> list[str]:
    """Return the columns of a list, whose types have commas of their own."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(columns):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(columns[start:at])
            start = at + 1
    return [*parts, columns[start:]]


@pytest.mark.parametrize("kind", ROWS)
def test_every_type_arrives_as_it_was(pair: Pair, metadata: str, kind: str) -> None:
    columns, *rows = ROWS[kind]
    extra = (
        "note varchar(20), made int as (number * 2) virtual, kept varchar(30) as (concat(note, '!')) stored"
    )
    pair.both(
        f"create table keyed (number int auto_increment primary key, {columns}, {extra})",
        f"create table keyless (number int auto_increment, {columns}, {extra}, index (number))",
    )
    follower = pair.follower()
    follower.begin(follower.prepare())
    change(pair, columns, tuple(rows))

    applied = follower.apply(seconds=60)

    assert applied.is_complete
    assert applied.rows >= 20
    follower.finish()
    assert pair.origin.rows("select count(*) from keyless", pair.database) == [(5,)]
    assert pair.differences() == "nothing"


def test_rows_without_a_key_are_told_apart_by_every_byte(pair: Pair) -> None:
    pair.both("create table words (word varchar(20), amount float)")
    follower = pair.follower()
    follower.begin(follower.prepare())
    pair.origin.execute(
        "insert into words values ('abc', 1.1), ('ABC', 1.1), ('abc ', 1.1), ('abc', 1.1), (null, null), (null, 1)",
        "update words set amount = 2.2 where binary word = 'ABC'",
        "delete from words where binary word = 'abc ' and length(word) = 4",
        "update words set word = 'one of two' where binary word = 'abc' limit 1",
        "delete from words where word is null and amount is null",
        database=pair.database,
    )
    follower.apply(seconds=60)
    follower.finish()

    found = pair.destination.rows("select word from words where word is not null", pair.database)
    assert sorted(found) == [("ABC",), ("abc",), ("one of two",)]
    assert pair.differences() == "nothing"


def test_cascades_which_stand_in_no_log_are_repeated(pair: Pair) -> None:
    pair.both(
        "create table orders (id int primary key)",
        "create table order_lines (id int primary key, of_order int, foreign key (of_order) references orders (id) "
        "on delete cascade on update cascade)",
    )
    follower = pair.follower()
    follower.begin(follower.prepare())
    pair.origin.execute(
        "insert into orders values (1), (2), (3)",
        "insert into order_lines values (10, 1), (11, 1), (20, 2), (30, 3)",
        "delete from orders where id = 1",
        "update orders set id = 5 where id = 2",
        database=pair.database,
    )
    with pair.origin.session(pair.database) as session, session.cursor() as cursor:
        cursor.execute("set foreign_key_checks = 0")
        cursor.execute("delete from orders where id = 3")
    follower.apply(seconds=60)
    follower.finish()

    assert pair.destination.rows("select id, of_order from order_lines order by 1", pair.database) == [
        (20, 5),
        (30, 3),
    ]
    assert pair.differences() == "nothing"


def test_rows_are_found_by_keys_of_every_sort(pair: Pair) -> None:
    pair.both(
        "create table words (word varchar(20) character set latin1 primary key, amount int)",
        "create table parts (code binary(3), at datetime(3), cost decimal(9,3), sort enum('a','b'), amount int, "
        "primary key (code, at, cost, sort))",
        "create table people (id int, mail varchar(50) not null, amount int, unique (amount), unique by_mail (mail))",
    )
    follower = pair.follower()
    follower.begin(follower.prepare())
    pair.origin.execute(
        "insert into words values ('Ärger', 1), ('b ', 2), ('', 3)",
        "update words set word = 'ärger', amount = 4 where amount = 1",
        "delete from words where amount = 2",
        "insert into parts values (x'0100', '2024-01-01 00:00:00.5', -1.5, 'b', 1), (x'02', '0000-00-00', 0, 'a', 2)",
        "update parts set code = x'', amount = 3 where amount = 1",
        "delete from parts where amount = 2",
        "insert into people values (1, 'a', null), (2, 'B', null), (2, 'c', 5)",
        "update people set id = 7, mail = 'A' where mail = 'a'",
        "delete from people where mail = 'b'",
        database=pair.database,
    )
    assert follower.apply(seconds=60).rows == 14
    follower.finish()

    assert pair.differences() == "nothing"


def test_sequences_and_counters_go_on_where_the_origin_s_stopped(pair: Pair) -> None:
    pair.both(
        "create sequence numbers start with 5 cache 10",
        "create table items (id int auto_increment primary key, number int default nextval(numbers))",
    )
    follower = pair.follower()
    follower.begin(follower.prepare())
    pair.origin.execute(
        "insert into items () values (), (), ()",
        "select setval(numbers, 500)",
        "insert into items () values ()",
        "delete from items where id > 2",
        database=pair.database,
    )
    follower.apply(seconds=60)
    follower.finish()

    assert pair.differences() == "nothing"
    pair.destination.execute("insert into items () values ()", database=pair.database)
    assert pair.destination.rows(
        "select id, number > 501 from items order by id desc limit 1", pair.database
    ) == [(5, 1)]
