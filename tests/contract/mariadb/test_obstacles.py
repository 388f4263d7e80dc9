"""What the preflight judges is read from real servers, and told before anything is copied."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest

from include.connections import DatabaseAccess
from include.databases.mariadb.obstacles import find_obstacles
from tests.builders.mariadb_servers import PASSWORD
from tests.contract.mariadb.conftest import Pair


@pytest.fixture
def strict_target(pair: Pair) -> Generator[DatabaseAccess]:
    """A target that trusts nobody with triggers, and whose user may not name definers."""
    pair.destination.execute(
        "set global log_bin_trust_function_creators = off",
        "set global max_allowed_packet = 1048576",
        f"create user bound@'%' identified by '{PASSWORD}'",
        "grant select, create, insert, trigger, create user on *.* to bound@'%'",
    )
    yield replace(pair.destination.access, user="bound")
    pair.destination.execute(
        "drop user bound@'%'",
        "set global max_allowed_packet = 16777216",
        "set global log_bin_trust_function_creators = on",
    )


def told(pair: Pair, target: DatabaseAccess, mode: str) -> dict[str, str]:
    """Return the messages found with their severities."""
    found = find_obstacles(pair.origin.superuser, target, pair.database, mode)
    return {message: severity for severity, message, _ in found}


def test_everything_that_stands_in_the_way_is_told_at_once(pair: Pair, strict_target: DatabaseAccess) -> None:
    pair.origin.execute(
        "create table old (id int, name varchar(20)) engine = MyISAM",
        "create table kept (id int) with system versioning",
        "create table keyed (id int primary key, words text compressed)",
        "create trigger aside before insert on keyed for each row set new.id = new.id + 1",
        "create procedure tidy() set global max_connections = 100",
        "create procedure plain() select 1",
        database=pair.database,
    )
    found = told(pair, strict_target, "follow")

    for severity, words in (
        ("blocker", "trigger aside, which the target lets nobody without SUPER make"),
        ("blocker", "run as superuser@%"),
        ("warning", "files, procedure tidy:"),
        ("warning", "takes 1 MiB at once"),
        ("warning", "primary or unique key, old:"),
        ("warning", "tables without transactions, old (MyISAM)"),
        ("blocker", "kept keep former rows"),
        ("blocker", "keyed.words are COMPRESSED"),
    ):
        assert [found[message] for message in found if words in message] == [severity], words


def test_a_healthy_database_hears_nothing_of_the_servers(pair: Pair) -> None:
    pair.origin.execute("create table keyed (id int primary key)", database=pair.database)

    found = [
        message for message in told(pair, pair.destination.access, "follow") if "rights in all" not in message
    ]

    assert found == []


def test_a_dump_is_not_asked_for_what_following_needs(pair: Pair) -> None:
    pair.origin.execute("create table kept (id int) with system versioning", database=pair.database)

    assert not any("followed" in message for message in told(pair, pair.destination.access, "dump"))
