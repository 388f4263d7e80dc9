"""The source's database refuses its application while customers are moved, and takes its writes again on every way back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pymysql
import pytest

from include.databases import (
    arm_way_back,
    bring_back_databases,
    copy_database_delta,
    disarm_way_back,
    follow_databases,
    hand_over_databases,
    look_at_fences,
    open_fences,
    refuse_unfenced,
    shut_fences,
    stop_following,
)
from include.errors import PermanentError
from include.planning.database_client import open_database
from include.planning.model import load_plan, save_plan
from include.run import MigrationRun
from tests.builders.moves import KEY
from tests.contract.fences.conftest import APPLICATION, INSERT, Shop

REFUSED = (psycopg.errors.ReadOnlySqlTransaction, pymysql.err.OperationalError)
# A session that was ended, or goes on and may not write.
CUT_OFF = (psycopg.OperationalError, *REFUSED)
FIRST = 1_000_000


def note(run: MigrationRun) -> dict[str, Any]:
    (name,) = run.ledger.list("fences")
    found: dict[str, Any] = run.ledger.read(name)
    return found


@contextmanager
def followed(run: MigrationRun) -> Generator[None]:
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(follow_databases, run)
        try:
            yield
        finally:
            stop_following(run)
        assert task.result()


def test_a_cutover_and_its_way_back_go_through_a_fence_that_stops_the_application(shop: Shop) -> None:
    run = shop.move.copy()
    with followed(run), open_database(shop.application, shop.move.name) as cursor:
        cursor.execute(INSERT, (FIRST,))
        assert shut_fences(run) == 1
        with pytest.raises(CUT_OFF):
            cursor.execute(INSERT, (FIRST + 1,))
    with pytest.raises(REFUSED, match="read-only"):
        shop.write(FIRST + 2)
    assert (note(run)["state"], note(run)["gaps"]) == ("shut", [])

    assert copy_database_delta(run, KEY)["tables"] == 0
    shop.move.prove()
    hand_over_databases(run)
    assert arm_way_back(run) == 1
    shop.execute(shop.target, INSERT, FIRST + 3)
    assert bring_back_databases(run) == []
    with pytest.raises(REFUSED, match="read-only"):
        shop.write(FIRST + 4)

    assert open_fences(run) == []
    disarm_way_back(run)
    shop.write(FIRST + 5)
    assert shop.rows(shop.source, FIRST) == [FIRST, FIRST + 3, FIRST + 5]


def test_a_fence_that_is_put_up_again_and_again_is_gone_after_one_taking_away(shop: Shop) -> None:
    run = shop.move.copy()
    shut_fences(run)
    assert shut_fences(shop.move.run()) == 1
    later = shop.move.run("later")
    save_plan(later.ledger, load_plan(run.ledger))
    assert shut_fences(later) == 1

    assert open_fences(later) == []
    shop.write(FIRST)
    assert open_fences(shop.move.run()) == open_fences(run) == []
    shop.write(FIRST + 1)


def test_a_kill_after_the_note_leaves_what_takes_the_fence_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shop.move.copy()
    with monkeypatch.context() as patch:
        for fence in ("postgresql.fence.PostgresqlFence", "mariadb.fence.MariadbFence"):
            patch.setattr(f"include.databases.{fence}.gaps", _killed)
        with pytest.raises(SystemExit):
            shut_fences(run)
    with pytest.raises(REFUSED, match="read-only"):
        shop.write(FIRST)

    assert open_fences(shop.move.run()) == []
    shop.write(FIRST)


def _killed(*_: object) -> list[str]:
    raise SystemExit


def test_who_may_write_through_a_fence_is_named(shop: Shop, gap: str) -> None:
    run = shop.move.copy()
    shut_fences(run)
    assert [APPLICATION in text for text in note(run)["gaps"]] == [True]
    shop.write(FIRST)

    shop.move.change = _requiring(shop.move.change)
    with pytest.raises(PermanentError, match=rf"not against (role|account) {APPLICATION}"):
        shut_fences(shop.move.run())


@pytest.fixture
def gap(shop: Shop, kind: str) -> Generator[None]:
    does, undoes = {
        "postgresql": (
            f"alter role {APPLICATION} set default_transaction_read_only = off",
            f"alter role {APPLICATION} reset default_transaction_read_only",
        ),
        "mariadb": (
            f"grant read_only admin on *.* to {APPLICATION}",
            f"revoke read_only admin on *.* from {APPLICATION}",
        ),
    }[kind]
    with open_database(shop.source) as cursor:
        cursor.execute(does)
    yield
    with open_database(shop.source) as cursor:
        cursor.execute(undoes)


def test_a_login_without_the_right_is_told_and_changes_nothing(shop: Shop) -> None:
    shop.move.copy()
    document = shop.move.connections[shop.move.sides["source"]]
    document["login"], document["password"] = APPLICATION, shop.application.password
    run = shop.move.run()

    ((_, why),) = look_at_fences(run)
    assert APPLICATION in why
    assert shut_fences(run) == 0
    assert note(run)["state"] == "none"
    shop.write(FIRST)

    shop.move.change = _requiring(shop.move.change)
    with pytest.raises(PermanentError, match="nothing was stopped"):
        refuse_unfenced(shop.move.run())


def test_a_fence_that_cannot_be_taken_away_tells_how_to_do_it_by_hand(
    shop: Shop, pair: tuple[Any, Any]
) -> None:
    run = shop.move.copy()
    shut_fences(run)
    source = pair[0]
    source.kill()
    try:
        (text,) = open_fences(run)
        assert "read_only" in text.rpartition("by hand: ")[2]
        assert note(run)["state"] == "shut"
    finally:
        source.start()

    assert open_fences(run) == []
    shop.write(FIRST)


@pytest.mark.parametrize("kind", ["mariadb"], indirect=True, scope="module")
def test_servers_with_databases_of_others_are_not_made_read_only(shop: Shop) -> None:
    shop.execute(shop.source, "create database of_others")
    try:
        run = shop.move.copy()
        assert "of_others" in look_at_fences(run)[0][1]
        assert shut_fences(run) == 0
    finally:
        shop.execute(shop.source, "drop database of_others")


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True, scope="module")
def test_a_setting_from_before_is_there_again(shop: Shop) -> None:
    shop.execute(shop.source, f"alter database {shop.move.name} set default_transaction_read_only = off")
    run = shop.move.copy()
    shut_fences(run)
    assert note(run)["setting"] == "off"
    open_fences(run)
    with open_database(shop.source) as cursor:
        cursor.execute("select setconfig from pg_db_role_setting where setrole = 0")
        assert cursor.fetchall() == [(["default_transaction_read_only=off"],)]


def _requiring(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    def changed(document: dict[str, Any]) -> None:
        change(document)
        document["cutover"]["fence_databases"] = "required"

    return changed
