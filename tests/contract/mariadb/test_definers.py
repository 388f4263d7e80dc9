"""Code whose definer cannot be on the target runs there as the target's user, if the definition says so, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pymysql
import pytest

from include.connections import DatabaseAccess
from include.databases.fingerprint import differences, told_definers
from include.databases.mariadb.copier import MariadbCopier
from include.databases.mariadb.obstacles import find_obstacles
from include.errors import EngineError
from tests.builders.mariadb_servers import MANAGED_RIGHTS, PASSWORD
from tests.contract.mariadb.conftest import Pair

CODE = """select table_name, definer from information_schema.views where table_schema = '{0}'
    union all select routine_name, definer from information_schema.routines where routine_schema = '{0}'
    union all select trigger_name, definer from information_schema.triggers where trigger_schema = '{0}'
    union all select event_name, definer from information_schema.events where event_schema = '{0}'"""
MINE = {
    "seen": "chief@%",
    "answer": "chief@%",
    "counted": "chief@%",
    "gone `1": "gone@localhost",
    "by_role": "readers",
    "nightly": "chief@%",
    "of_app": "app@%",
    "after `app": "app@%",
}
# What stands in a body is no definer.
BODY = """begin
    /* DEFINER=`superuser`@`%` */
    select 'CREATE DEFINER=`superuser`@`%`' as kept;
end"""


@pytest.fixture(autouse=True)
def estate(pair: Pair) -> Iterator[None]:
    """Code that runs as an administrator, as an account that is gone, as a role, and as an account that comes along."""
    accounts = ("app@'%'", "chief@'%'", "gone@localhost")
    pair.origin.execute(
        *(f"create user {account} identified by '{PASSWORD}'" for account in accounts),
        "create role readers",
        "grant all privileges on *.* to chief@'%' with grant option",
        f"grant all privileges on {pair.database}.* to app@'%'",
        "create table orders (id int primary key, amount int)",
        "create table totals (n int)",
        "insert into totals values (0)",
        "create definer = app@'%' trigger `after ``app` before insert on orders for each row set new.amount = new.amount + 1",
        "create definer = chief@'%' trigger counted after insert on orders for each row update totals set n = n + 1",
        "insert into orders values (1, 10), (2, 20)",
        "create definer = chief@'%' view seen as select id from orders",
        "create definer = chief@'%' function answer() returns int deterministic return 42",
        "create definer = app@'%' view of_app as select amount from orders",
        f"create definer = gone@localhost procedure `gone ``1`() {BODY}",
        "create definer = readers procedure by_role() sql security invoker select 1",
        "create definer = chief@'%' event nightly on schedule every 1 day disable do delete from totals",
        "drop user gone@localhost",
        database=pair.database,
    )
    yield
    pair.origin.execute("drop user app@'%'", "drop user chief@'%'", "drop role readers")
    pair.destination.execute("drop user if exists app@'%'")


@pytest.fixture
def bound(pair: Pair) -> Iterator[DatabaseAccess]:
    """The user of a managed target that may name nobody else as a definer."""
    rights = MANAGED_RIGHTS.replace(", set user", "")
    pair.destination.execute(
        f"create user bound@'%' identified by '{PASSWORD}'",
        f"grant {rights} on *.* to bound@'%' with grant option",
    )
    yield replace(pair.destination.access, user="bound")
    pair.destination.execute("drop user bound@'%'")


def chief(pair: Pair) -> DatabaseAccess:
    """The administrator of the source, who is not on the target."""
    return replace(pair.origin.superuser, user="chief")


def copier(pair: Pair, target: DatabaseAccess) -> MariadbCopier:
    return MariadbCopier(chief(pair), target, pair.database, definers="target_user")


def turned(pair: Pair, target: DatabaseAccess) -> MariadbCopier:
    return MariadbCopier(target, chief(pair), pair.database, definers="target_user", is_turned=True)


def copy_whole(engine: MariadbCopier) -> None:
    with engine.lock(), engine.snapshot() as snapshot:
        copied = engine.copy_all(snapshot, lambda: None)
    assert differences(copied.fingerprint, engine.target_fingerprint()).text() == "nothing"


def definers_on_target(pair: Pair) -> dict[str, str]:
    return {str(name): str(who) for name, who in pair.destination.rows(CODE.format(pair.database))}


def test_where_the_targets_user_may_name_nobody_all_code_runs_as_it(
    pair: Pair, bound: DatabaseAccess
) -> None:
    copy_whole(copier(pair, bound))

    assert definers_on_target(pair) == dict.fromkeys(MINE, "bound@%")
    target = pair.destination
    target.execute("insert into orders values (3, 30)", database=pair.database)
    assert target.rows("select n from totals", pair.database) == [(3,)]
    assert target.rows("select count(*), answer() from seen", pair.database) == [(3, 42)]
    shown = str(target.rows("show create procedure `gone ``1`", pair.database)[0][2])
    assert shown.endswith(BODY)
    assert target.rows("call `gone ``1`()", pair.database) == [("CREATE DEFINER=`superuser`@`%`",)]


def test_code_keeps_a_definer_that_comes_along(pair: Pair) -> None:
    copy_whole(copier(pair, pair.destination.access))

    is_kept = {"of_app", "after `app"}
    assert definers_on_target(pair) == {name: "app@%" if name in is_kept else "admin@%" for name in MINE}


def test_the_proof_tells_each_exchange_and_sees_any_other(pair: Pair, bound: DatabaseAccess) -> None:
    engine = copier(pair, bound)
    copy_whole(engine)
    with engine.snapshot() as snapshot:
        source, target = snapshot.fingerprint(), engine.target_fingerprint()

    assert target.definers["view seen"] == "chief@% on the source, bound@% on the target"
    assert len(target.definers) == len(MINE)
    assert "event nightly: chief@% on the source" in told_definers(target)
    assert source.definers == {}
    assert source.digest != target.model_copy(update={"definitions": {}}).digest

    pair.destination.execute(
        "create or replace definer = admin@'%' view seen as select id from orders",
        "create or replace definer = bound@'%' function answer() returns int deterministic return 43",
        database=pair.database,
    )
    changed = differences(source, engine.target_fingerprint())
    assert changed.definitions == ["function answer", "view seen"]


def test_what_is_kept_by_choice_and_cannot_be_ends_the_planning(pair: Pair, bound: DatabaseAccess) -> None:
    source = chief(pair)
    kept = [one for one in find_obstacles(source, bound, pair.database) if "run as" in one[1]]
    chosen = list(find_obstacles(source, bound, pair.database, definers="target_user"))

    assert [severity for severity, _, _ in kept] == ["blocker", "blocker"]
    assert all("definers: target_user" in remedy for _, _, remedy in kept)
    assert "blocker" not in {severity for severity, _, _ in chosen}
    told = [message for severity, message, _ in chosen if "will run as bound@%" in message]
    assert len(told) == len(MINE)
    assert any("trigger after `app, which runs as app@%" in message for message in told)

    engine = MariadbCopier(source, bound, pair.database)
    with pytest.raises((EngineError, pymysql.err.OperationalError)), engine.snapshot() as snapshot:
        engine.copy_all(snapshot, lambda: None)


def copy_changed(engine: MariadbCopier) -> None:
    """Copy what differs, which are the rows of the two tables alone."""
    with engine.lock(), engine.snapshot() as snapshot:
        found = snapshot.fingerprint()
        changed = differences(found, engine.target_fingerprint())
        assert (changed.tables, changed.definitions) == (["orders", "totals"], [])
        engine.copy_changed(snapshot, found, changed)
        assert differences(found, engine.target_fingerprint()).text() == "nothing"


def test_a_later_copy_and_the_way_back_move_rows_and_keep_whose_code_is(
    pair: Pair, bound: DatabaseAccess
) -> None:
    copy_whole(copier(pair, bound))
    before = pair.origin.rows(CODE.format(pair.database))

    pair.origin.execute("insert into orders values (9, 9)", database=pair.database)
    copy_changed(copier(pair, bound))
    assert definers_on_target(pair) == dict.fromkeys(MINE, "bound@%")

    pair.destination.execute("insert into orders values (3, 30)", database=pair.database)
    copy_changed(turned(pair, bound))

    assert sorted(pair.origin.rows(CODE.format(pair.database))) == sorted(before)
    assert pair.origin.rows("select n from totals", pair.database) == [(4,)]
