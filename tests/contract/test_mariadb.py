"""The lab's MariaDB servers take their own logins only, and the target's administrator can what RDS's can."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from typing import Any

import pymysql
import pytest

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("target_servers")]
SERVERS = ("source_mariadb", "target_mariadb")
ACCESS_DENIED_HERE = 1045
ACCESS_DENIED_FOR_THIS = 1227


def connect(document: dict[str, Any], **changed: Any) -> Any:
    values = {
        "host": document["host"],
        "port": document["port"],
        "user": document["login"],
        "password": document["password"],
        "connect_timeout": 3,
        "autocommit": True,
    }
    return pymysql.connect(**(values | changed))


@pytest.fixture
def target(connections: dict[str, dict[str, Any]]) -> Generator[Any]:
    with connect(connections["target_mariadb"]) as session, session.cursor() as cursor:
        yield cursor


@pytest.fixture
def database(target: Any) -> Generator[str]:
    name = f"contract_{uuid.uuid4().hex[:8]}"
    target.execute(f"create database {name}")
    yield name
    target.execute(f"drop database {name}")


@pytest.mark.parametrize("password", ["wrong", ""])
@pytest.mark.parametrize("server", SERVERS)
def test_a_wrong_password_is_refused(
    server: str, password: str, connections: dict[str, dict[str, Any]]
) -> None:
    with pytest.raises(pymysql.err.OperationalError) as refusal:
        connect(connections[server], password=password)
    assert refusal.value.args[0] == ACCESS_DENIED_HERE


@pytest.mark.parametrize("server", SERVERS)
def test_nobody_gets_in_without_a_name(server: str, connections: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(pymysql.err.OperationalError) as refusal:
        connect(connections[server], user="nobody", password="")
    assert refusal.value.args[0] == ACCESS_DENIED_HERE


def test_the_sides_have_passwords_of_their_own(connections: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(pymysql.err.OperationalError) as refusal:
        connect(connections["source_mariadb"], password=connections["target_mariadb"]["password"])
    assert refusal.value.args[0] == ACCESS_DENIED_HERE


def test_the_targets_administrator_has_no_right_over_the_server_itself(target: Any) -> None:
    target.execute(
        "select privilege_type from information_schema.user_privileges where grantee = \"'root'@'%'\""
    )
    rights = {right for (right,) in target.fetchall()}
    assert "CREATE USER" in rights
    assert not rights & {"SUPER", "FILE", "SHUTDOWN", "CREATE TABLESPACE"}
    assert not {right for right in rights if right.endswith(" ADMIN")}


@pytest.mark.parametrize("name", ["max_connections", "read_only"])
def test_the_targets_administrator_sets_no_variable_of_the_server(target: Any, name: str) -> None:
    target.execute(f"select @@global.{name}")
    (same,) = target.fetchone()
    with pytest.raises(pymysql.err.OperationalError) as refusal:
        target.execute(f"set global {name} = {same}")
    assert refusal.value.args[0] == ACCESS_DENIED_FOR_THIS


def test_the_targets_administrator_makes_accounts_and_views_of_other_definers(
    target: Any, database: str
) -> None:
    user = f"'{database}'@'%'"
    target.execute("create user " + user.replace("%", "%%") + " identified by 'for-a-moment'", ())
    try:
        target.execute("grant all privileges on " + database + ".* to " + user)
        target.execute(f"create table {database}.things (id int primary key)")
        target.execute(
            "create definer = " + user + f" view {database}.seen as select id from {database}.things"
        )
        target.execute(f"select count(*) from {database}.seen")
        assert target.fetchone() == (0,)
    finally:
        target.execute("drop user " + user)


@pytest.mark.parametrize("server", SERVERS)
def test_the_changes_of_a_server_can_be_followed_by_its_administrator(
    server: str, connections: dict[str, dict[str, Any]]
) -> None:
    with connect(connections[server]) as session, session.cursor() as cursor:
        cursor.execute("select @@binlog_format, @@binlog_row_image, @@log_bin_trust_function_creators")
        assert cursor.fetchone() == ("ROW", "FULL", 1)
        cursor.execute("show master status")
        assert cursor.fetchone()[0].startswith("changes.")
        cursor.execute("show binary logs")
        assert cursor.fetchall()


def test_the_servers_have_numbers_of_their_own(connections: dict[str, dict[str, Any]]) -> None:
    numbers = set()
    for server in SERVERS:
        with connect(connections[server]) as session, session.cursor() as cursor:
            cursor.execute("select @@server_id")
            numbers.add(cursor.fetchone()[0])
    assert len(numbers) == 2
