"""A refused login is known by what servers really say."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

from include.errors import PermanentError, TemporaryError
from include.logins import is_login_refused
from include.planning.foreign_errors import explained

REFUSED = [
    psycopg.OperationalError(
        'connection failed: connection to server at "198.18.0.14", port 5432 failed: FATAL:  password authentication failed '
        'for user "mover"'
    ),
    psycopg.OperationalError(
        'connection failed: FATAL:  no pg_hba.conf entry for host "198.18.0.1", user "mover", database "shop", no encryption'
    ),
    pymysql.err.OperationalError(1045, "Access denied for user 'mover'@'198.18.0.16' (using password: YES)"),
    pymysql.err.OperationalError(1130, "Host '198.18.0.1' is not allowed to connect to this MariaDB server"),
]
AWAY = [
    psycopg.OperationalError("connection failed: FATAL:  the database system is starting up"),
    psycopg.OperationalError("connection failed: FATAL:  sorry, too many clients already"),
    psycopg.OperationalError("connection timeout expired"),
    pymysql.err.OperationalError(2003, "Can't connect to MySQL server on '198.18.0.16'"),
    pymysql.err.OperationalError(1040, "Too many connections"),
    OSError("no route to host"),
]


@pytest.mark.parametrize("error", REFUSED, ids=str)
def test_a_refused_login_is_not_tried_again(error: Exception) -> None:
    assert is_login_refused(error)
    with pytest.raises(PermanentError, match=r"^database shop: "), explained("database shop", "correct it"):
        raise error


@pytest.mark.parametrize("error", AWAY, ids=str)
def test_a_server_that_does_not_answer_is_asked_again(error: Exception) -> None:
    assert not is_login_refused(error)
    with pytest.raises(TemporaryError, match=r"^database shop: "), explained("database shop", "wait"):
        raise error
