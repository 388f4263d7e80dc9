"""A login that ends while a database is copied: refused clearly, nothing half-done called done, and it goes on with a new one."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from include.connections import DocumentConnections
from include.errors import MigrationError, PermanentError
from include.planning.database_client import open_database
from lab import addresses
from lab.toxiproxy import Toxiproxy
from tests import orders

from .sides import lab_documents
from .small_moves import SmallMove, small_move

pytestmark = pytest.mark.lab

USER, PASSWORD, OTHER_PASSWORD = "for_a_moment", "of-a-test-that-ends-1", "of-a-test-that-ends-2"
# Slow enough that a copy of some megabytes takes seconds.
MEGABITS = 4
SECONDS_BEFORE_THE_END = 2.0
STATEMENTS = {
    "postgresql": (
        f"create role {USER} superuser login password '{PASSWORD}'",
        f"alter role {USER} password '{OTHER_PASSWORD}'",
        f"select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '{USER}'",
        f"drop role {USER}",
    ),
    "mariadb": (
        f"grant all privileges on *.* to {USER}@'%' identified by '{PASSWORD}' with grant option",
        f"alter user {USER}@'%' identified by '{OTHER_PASSWORD}'",
        f"kill hard connection user {USER}",
        f"drop user {USER}@'%'",
    ),
}
HOSTS = {"postgresql": addresses.SOURCE_POSTGRES, "mariadb": addresses.SOURCE_MARIADB}


@pytest.fixture(scope="module", autouse=True)
def _target_servers() -> None:
    for engine in orders.CONNECTIONS:
        orders.order_instance(orders.lab_service("rds"), engine)


@pytest.fixture(params=sorted(STATEMENTS))
def move(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[SmallMove]:
    with small_move(request.param, tmp_path) as made:
        yield made


@contextmanager
def administrator(move: SmallMove) -> Generator[Any]:
    """Yield a cursor of the source's administrator, whatever login the move has."""
    connections = DocumentConnections(lab_documents())
    access = connections.database(move.sides["source"], move.kind)  # type: ignore[arg-type]
    with open_database(access) as cursor:
        yield cursor


@contextmanager
def own_login(move: SmallMove) -> Generator[None]:
    """Let the move log in at its source with a user of its own."""
    make, *_, drop = STATEMENTS[move.kind]
    document = move.connections[move.sides["source"]]
    with administrator(move) as cursor:
        cursor.execute(make)
    document |= {"login": USER, "password": PASSWORD}
    try:
        yield
    finally:
        with administrator(move) as cursor:
            cursor.execute(drop)


def end_login(move: SmallMove) -> None:
    """Change the password, and end the user's sessions."""
    _, change, end, _ = STATEMENTS[move.kind]
    with administrator(move) as cursor, suppress(Exception):
        cursor.execute(change)
        cursor.execute(end)


def test_a_login_that_ends_midway_is_refused_and_a_new_one_goes_on(move: SmallMove) -> None:
    with Toxiproxy() as proxy, own_login(move):
        document = move.connections[move.sides["source"]]
        line = proxy.link(f"{HOSTS[move.kind]}:{document['port']}")
        line.narrow(MEGABITS)
        document |= {"host": "127.0.0.1", "port": line.port}
        ending = threading.Thread(target=lambda: (time.sleep(SECONDS_BEFORE_THE_END), end_login(move)))
        ending.start()
        with pytest.raises(MigrationError):
            move.copy()
        ending.join()
        line.heal()
        with pytest.raises(PermanentError, match=r"connection|login|password"):
            move.copy()
        document["password"] = OTHER_PASSWORD
        move.copy()
        move.prove()
