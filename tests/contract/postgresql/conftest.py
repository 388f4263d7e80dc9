"""The PostgreSQL copy against real servers of its own; no lab has to run."""

from __future__ import annotations

import uuid
from collections.abc import Generator

import pytest
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql.session import session
from tests.contract.cloud.servers import PASSWORD
from tests.contract.postgresql.servers import TARGET_ADMINISTRATOR, server


@pytest.fixture(scope="package")
def source() -> Generator[DatabaseAccess]:
    with server("postgres", f"alter role postgres password '{PASSWORD}'", "postgres") as access:
        yield access


@pytest.fixture(scope="package")
def target() -> Generator[DatabaseAccess]:
    with server("rdsAdmin", TARGET_ADMINISTRATOR, "root") as access:
        yield access


@pytest.fixture
def database(source: DatabaseAccess, target: DatabaseAccess) -> Generator[str]:
    """Give a new empty database of the source; what is made of it on the target goes, too."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    with session(source) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield name
    for access in (target, source):
        with session(access) as connection:
            statement = "drop database if exists {} with (force)"
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
