"""Whoever logs into a database of the source, or writes there, is seen: on real servers of the tests' own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from include.connections import DatabaseAccess
from include.errors import PermanentError
from include.planning.database_client import database_size, open_database
from include.planning.ownership import is_database_ours, mark_database
from include.planning.server_notes import NOTES, count_notes, remove_notes
from include.retirement.deleting import _drop_database
from include.retirement.quiet_databases import DatabaseWatch
from tests.builders.mariadb_servers import PROGRAM, running_server
from tests.contract.cloud.servers import PASSWORD
from tests.contract.postgresql.servers import server

DATABASE = "shop"
WRITES = (
    "insert into items (amount) values (1)",
    "update items set amount = 2",
    "delete from items",
    "create table new (id int)",
)


@pytest.fixture(scope="module")
def postgresql() -> Generator[DatabaseAccess]:
    with server("postgres", f"alter role postgres password '{PASSWORD}'", "postgres") as access:
        make(access, "id serial primary key, amount int")
        yield access


@pytest.fixture(scope="module")
def mariadb() -> Generator[DatabaseAccess]:
    if PROGRAM is None:
        pytest.skip("mariadbd is missing: apt-get install --no-install-recommends mariadb-server")
    with (
        tempfile.TemporaryDirectory(prefix="cce-mariadb-") as folder,
        running_server(Path(folder), 1) as running,
    ):
        make(running.superuser, "id int auto_increment primary key, amount int")
        yield running.superuser


@pytest.fixture(params=["postgresql", "mariadb"])
def access(request: pytest.FixtureRequest) -> DatabaseAccess:
    found: DatabaseAccess = request.getfixturevalue(request.param)
    return found


def make(access: DatabaseAccess, columns: str) -> None:
    with open_database(access) as cursor:
        cursor.execute(f"create database {DATABASE}")
    with open_database(access, DATABASE) as cursor:
        cursor.execute(f"create table items ({columns})")
        cursor.execute("insert into items (amount) values (1), (2), (3)")
        cursor.execute("create table other (id int)")
        cursor.execute("insert into other values (1)")


def execute(access: DatabaseAccess, statement: str) -> None:
    with open_database(access, DATABASE) as cursor:
        cursor.execute(statement)


def settle() -> None:
    """Let closed sessions end, and MariaDB's dates of whole seconds pass."""
    time.sleep(1.2)


def test_a_database_that_nobody_uses_is_quiet(access: DatabaseAccess) -> None:
    settle()
    watch = DatabaseWatch(access, DATABASE)
    settle()
    watch.look()

    assert (watch.sessions, watch.written()) == (set(), "")


def test_whoever_is_logged_in_is_named(access: DatabaseAccess) -> None:
    settle()
    with open_database(access, DATABASE):
        watch = DatabaseWatch(access, DATABASE)

    assert [one.split()[:2] for one in watch.sessions] == [[access.user, "from"]]


@pytest.mark.parametrize("statement", WRITES)
def test_whatever_is_written_is_seen(statement: str, access: DatabaseAccess) -> None:
    execute(access, "drop table if exists new")
    execute(access, "insert into items (amount) values (7)")
    settle()
    watch = DatabaseWatch(access, DATABASE)
    settle()
    execute(access, statement)
    settle()

    assert watch.written()


def test_a_truncated_table_of_postgresql_is_seen(postgresql: DatabaseAccess) -> None:
    watch = DatabaseWatch(postgresql, DATABASE)
    execute(postgresql, "truncate table other")

    assert watch.written() == "table files"


@dataclass(frozen=True)
class Guest:
    """A login that may read one database and sees nothing of others' sessions."""

    name: str = "guest"

    def of(self, access: DatabaseAccess) -> DatabaseAccess:
        return replace(access, user=self.name, password=PASSWORD)


def test_a_postgresql_login_without_rights_sees_that_others_are_there(postgresql: DatabaseAccess) -> None:
    with open_database(postgresql) as cursor:
        cursor.execute(f"create role guest login password '{PASSWORD}'")
    settle()
    with open_database(postgresql, DATABASE):
        watch = DatabaseWatch(Guest().of(postgresql), DATABASE)

    assert len(watch.sessions) == 1


def test_a_mariadb_login_that_sees_no_sessions_is_refused(mariadb: DatabaseAccess) -> None:
    with open_database(mariadb) as cursor:
        cursor.execute(f"create user guest identified by '{PASSWORD}'")
        cursor.execute(f"grant select on {DATABASE}.* to guest")
    with pytest.raises(PermanentError, match="grant it PROCESS"):
        DatabaseWatch(Guest().of(mariadb), DATABASE)


def test_counters_that_are_off_prove_nothing(postgresql: DatabaseAccess) -> None:
    watch = DatabaseWatch(postgresql, DATABASE)
    with open_database(postgresql) as cursor:
        cursor.execute(f"alter database {DATABASE} set track_counts = off")
    try:
        assert "track_counts is off" in watch.written()
    finally:
        with open_database(postgresql) as cursor:
            cursor.execute(f"alter database {DATABASE} reset track_counts")


def test_notes_of_one_migration_go_and_those_of_another_stay(access: DatabaseAccess) -> None:
    mark_database(access, "shop", "lab")
    mark_database(access, "stock", "other")

    remove_notes(access, "lab")
    remove_notes(access, "lab")
    assert (count_notes(access, "lab"), count_notes(access, "other")) == (0, 1)
    assert is_database_ours(access, "stock", "other")

    remove_notes(access, "other")
    assert database_size(access, NOTES) is None


def test_a_chosen_database_is_gone_afterwards(access: DatabaseAccess) -> None:
    with open_database(access) as cursor:
        cursor.execute(
            'create database "odd-name"' if access.engine == "postgresql" else "create database `odd-name`"
        )

    assert _drop_database(access, "odd-name")
    assert _drop_database(access, "odd-name")
