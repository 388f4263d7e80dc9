"""What servers refuse becomes an error that says whether to try again, and what to do."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

import psycopg
import pymysql
import pytest

from include.databases.jobs import DatabaseJob
from include.databases.server_errors import server_errors
from include.errors import EngineError, MigrationError, PermanentError, TemporaryError

SIDES = SimpleNamespace(
    source=SimpleNamespace(address="pg.source.lab:5432"), target=SimpleNamespace(address="pg.rds.lab:5432")
)
JOB = cast(DatabaseJob, SimpleNamespace(label="database shop-orders", engine=SIDES))
REFUSED: list[tuple[Exception, str]] = [
    (psycopg.errors.InsufficientPrivilege("permission denied for table orders"), "give .* the right"),
    (psycopg.errors.DiskFull("could not extend file: No space left on device"), "enlarge the disk"),
    (
        psycopg.errors.ReadOnlySqlTransaction("cannot execute COPY FROM in a read-only transaction"),
        "read-only",
    ),
    (pymysql.err.OperationalError(1114, "The table 'orders' is full"), "enlarge the disk"),
    (pymysql.err.OperationalError(1021, "Disk full"), "enlarge the disk"),
    (
        pymysql.err.OperationalError(1030, 'Got error 28 "No space left on device" from InnoDB'),
        "enlarge the disk",
    ),
    (EngineError("mariadb", "ERROR 1114 (HY000) at line 9: The table 'orders' is full"), "enlarge the disk"),
    (EngineError("pg_restore", "could not extend file: No space left on device"), "enlarge the disk"),
    (pymysql.err.OperationalError(1290, "The server is running with the --read-only option"), "read-only"),
    (pymysql.err.OperationalError(1142, "INSERT command denied to user"), "give .* the right"),
]
PASSING: list[Exception] = [
    psycopg.OperationalError("server closed the connection unexpectedly"),
    psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
    pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"),
    EngineError("mariadb", "ERROR 2013 (HY000) at line 9: Lost connection to server during query"),
]


def raised(error: Exception) -> MigrationError:
    with pytest.raises(MigrationError) as caught, server_errors(JOB):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "remedy"), REFUSED, ids=lambda one: type(one).__name__ if isinstance(one, Exception) else ""
)
def test_what_no_later_try_can_change_is_permanent_and_says_what_to_do(error: Exception, remedy: str) -> None:
    found = raised(error)

    assert isinstance(found, PermanentError)
    assert str(found).startswith("database shop-orders, from pg.source.lab:5432 to pg.rds.lab:5432: ")
    assert re.search(remedy, str(found))


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert isinstance(raised(error), TemporaryError)
