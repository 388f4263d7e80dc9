"""A database to move between two servers of the tests' own, and an application that writes into it."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from include.connections import DatabaseAccess
from include.planning.database_client import open_database
from tests.builders.moves import SmallMove, database_move
from tests.contract.cloud.servers import PASSWORD, folder_of, user_of_service
from tests.contract.faults import servers
from tests.contract.faults.servers import Service

MAKERS = {"postgresql": (servers.postgresql, "postgres"), "mariadb": (servers.mariadb, "mysql")}
APPLICATION = "application"
GRANTS = {
    "postgresql": (
        "grant all on schema public to {user}",
        "grant all on all tables in schema public to {user}",
    ),
    "mariadb": ("grant all on {database}.* to {user}",),
}
INSERT = "insert into orders values (%s, 'written', 'by the application')"


@dataclass(frozen=True)
class Shop:
    """A move, and the application that writes into its source."""

    move: SmallMove

    @property
    def source(self) -> DatabaseAccess:
        """Return the source as its administrator reaches it."""
        return self._access("source")

    @property
    def application(self) -> DatabaseAccess:
        """Return the source as the application reaches it."""
        return replace(self.source, user=APPLICATION, password=PASSWORD)

    @property
    def target(self) -> DatabaseAccess:
        return self._access("target")

    def execute(self, access: DatabaseAccess, statement: str, *values: Any) -> None:
        """Execute a statement in the database, as whoever opens a session anew."""
        with open_database(access, self.move.name) as cursor:
            cursor.execute(statement, values or None)

    def write(self, number: int) -> None:
        """Write a row as the application."""
        self.execute(self.application, INSERT, number)

    def rows(self, access: DatabaseAccess, first: int) -> list[int]:
        """Return the numbers of the rows from one on."""
        with open_database(access, self.move.name) as cursor:
            cursor.execute("select id from orders where id >= %s order by id", (first,))
            return [int(number) for (number,) in cursor.fetchall()]

    def _access(self, side: str) -> DatabaseAccess:
        connections = self.move.run().connections
        return connections.database(self.move.sides[side], self.move.kind)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=sorted(MAKERS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pair(kind: str) -> Generator[tuple[Service, Service]]:
    maker, user = MAKERS[kind]
    with ExitStack() as stack:
        folders = [stack.enter_context(folder_of(user_of_service(user))) for _ in range(2)]
        for folder in folders:
            folder.chmod(0o755)
        one, other = (stack.enter_context(servers.running(maker(folder))) for folder in folders)
        _make_application(one, kind)
        yield one, other


def _make_application(service: Service, kind: str) -> None:
    words = "login password" if kind == "postgresql" else "identified by"
    make = "role" if kind == "postgresql" else "user"
    with open_database(_login(service, kind)) as cursor:
        cursor.execute(f"create {make} {APPLICATION} {words} '{PASSWORD}'")


def _login(service: Service, kind: Any) -> DatabaseAccess:
    document = service.document
    return DatabaseAccess(kind, document["host"], document["port"], document["login"], document["password"])


@pytest.fixture
def shop(kind: str, pair: tuple[Service, Service], tmp_path: Path) -> Generator[Shop]:
    engine = "postgres" if kind == "postgresql" else "mariadb"
    documents = {
        f"{side}_{engine}": dict(service.document)
        for side, service in zip(("source", "target"), pair, strict=True)
    }
    made = Shop(
        database_move(kind, f"shop{uuid.uuid4().hex[:8]}", documents, tmp_path, rows=3_000, mode="follow")
    )
    for grant in GRANTS[kind]:
        made.execute(made.source, grant.format(user=APPLICATION, database=made.move.name))
    yield made
    force = " with (force)" if kind == "postgresql" else ""
    for service in pair:
        with open_database(_login(service, kind)) as cursor:
            if kind == "mariadb":
                cursor.execute("set global read_only = off")
            cursor.execute(f"drop database if exists {made.move.name}{force}")
