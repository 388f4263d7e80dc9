"""Two real MariaDB servers of the tests' own: no part of the lab is needed."""

from __future__ import annotations

import tempfile
import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from include.connections import DatabaseAccess
from include.databases.fingerprint import Fingerprint, differences
from include.databases.mariadb.fingerprints import fingerprint
from include.databases.mariadb.following import MariadbFollower
from include.databases.mariadb.session import session
from tests.builders.mariadb_servers import PROGRAM, Server, running_server

ITEMS = "create table items (id int auto_increment primary key, name varchar(100), amount int) character set utf8mb4"


@dataclass(frozen=True)
class Pair:
    """A database on two servers, and what follows from the one to the other."""

    origin: Server
    destination: Server
    database: str

    def follower(self) -> MariadbFollower:
        """Return a follower whose administrators are as on managed servers."""
        return MariadbFollower(self.origin.access, self.destination.access, self.database)

    def both(self, *statements: str) -> None:
        """Execute the same on both servers, as a copy would have brought it."""
        self.origin.execute(*statements, database=self.database)
        self.destination.execute(*statements, database=self.database)

    def differences(self) -> str:
        """Return what differs between both, as both servers compute it."""
        return differences(self.mark(self.origin.superuser), self.mark(self.destination.superuser)).text()

    def mark(self, access: DatabaseAccess) -> Fingerprint:
        """Return the fingerprint of one side."""
        with session(access) as connection:
            return fingerprint([connection], self.database, {})


@pytest.fixture(scope="session")
def servers() -> Generator[tuple[Server, Server]]:
    if PROGRAM is None:
        pytest.skip("mariadbd is missing: apt-get install --no-install-recommends mariadb-server")
    with tempfile.TemporaryDirectory(prefix="cce-mariadb-") as folder:
        place = Path(folder)
        with running_server(place, 1) as origin, running_server(place, 2) as destination:
            yield origin, destination


@pytest.fixture
def pair(servers: tuple[Server, Server]) -> Generator[Pair]:
    origin, destination = servers
    name = f"follow_{uuid.uuid4().hex[:8]}"
    for server in servers:
        server.execute(f"create database {name} character set utf8mb4")
    yield Pair(origin, destination, name)
    for server in servers:
        server.execute(f"drop database if exists {name}")


@contextmanager
def writer(pair: Pair, seconds_between: float = 0.0) -> Generator[threading.Event]:
    """Write into the origin until the block is left: inserts, changes and removals, a few a transaction."""
    stopped = threading.Event()

    def write() -> None:
        with pair.origin.session(pair.database) as session, session.cursor() as cursor:
            number = 0
            while not stopped.wait(seconds_between):
                number += 1
                session.begin()
                cursor.execute(
                    "insert into items (name, amount) values (%s, 0), ('b', 1)", (f"name {number}",)
                )
                cursor.execute("update items set amount = amount + 1 order by id desc limit 3")
                if number % 3 == 0:
                    cursor.execute("delete from items order by id limit 1")
                session.commit() if number % 7 else session.rollback()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield stopped
    finally:
        stopped.set()
        thread.join()
