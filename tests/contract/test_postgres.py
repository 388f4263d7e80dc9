"""The lab's PostgreSQL servers take their own logins only, and the target's administrator can what RDS's can."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from lab import addresses
from lab.secrets import secrets

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("target_servers")]
Session = psycopg.Connection[tuple[Any, ...]]
SERVERS = ("source_postgres", "target_postgres")


def connect(document: dict[str, Any], **changed: Any) -> Session:
    values = {
        "host": document["host"],
        "port": document["port"],
        "user": document["login"],
        "password": document["password"],
        "dbname": "postgres",
        "connect_timeout": 3,
    }
    return psycopg.connect(**(values | changed), autocommit=True)


@pytest.fixture
def source(connections: dict[str, dict[str, Any]]) -> Generator[Session]:
    with connect(connections["source_postgres"]) as session:
        yield session


@pytest.fixture
def target(connections: dict[str, dict[str, Any]]) -> Generator[Session]:
    with connect(connections["target_postgres"]) as session:
        yield session


@pytest.fixture
def name() -> str:
    return f"contract_{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("server", SERVERS)
def test_a_wrong_password_is_refused(server: str, connections: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(connections[server], password="wrong")


@pytest.mark.parametrize("user", ["postgres", "rdsAdmin", "root", "airflow"])
@pytest.mark.parametrize("server", SERVERS)
def test_nobody_gets_in_without_a_password(
    user: str, server: str, connections: dict[str, dict[str, Any]]
) -> None:
    with pytest.raises(
        psycopg.OperationalError, match=r"no password supplied|password authentication failed"
    ):
        connect(connections[server], user=user, password="")


def test_the_sides_have_passwords_of_their_own(connections: dict[str, dict[str, Any]]) -> None:
    one, other = (connections[server] for server in SERVERS)
    assert one["password"] != other["password"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(one, user=other["login"], password=other["password"])


def test_airflows_own_server_refuses_a_wrong_password(connections: dict[str, dict[str, Any]]) -> None:
    document = {"host": addresses.AIRFLOW_HOST, "port": 5432, "login": "airflow", "password": "wrong"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(document, dbname="airflow")


def test_airflows_own_server_ends_a_transaction_that_a_killed_scheduler_left_open(
    connections: dict[str, dict[str, Any]],
) -> None:
    document = {
        "host": addresses.AIRFLOW_HOST,
        "port": 5432,
        "login": "airflow",
        "password": secrets()["airflow_db_password"],
    }
    setting = "idle_in_transaction_session_timeout"
    with connect(document, dbname="airflow") as session:
        assert session.execute(f"show {setting}").fetchone() == ("20s",)
        # the same in a hundredth of the time
        session.execute(f"set {setting} = '200ms'")
        with session.transaction():
            session.execute("select * from slot_pool for update")
            with connect(document, dbname="airflow") as next_scheduler:
                next_scheduler.execute("set lock_timeout = '10s'")
                assert next_scheduler.execute("select pool from slot_pool for update").fetchone()
            with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
                session.execute("select 1")
            session.close()


@pytest.mark.parametrize("server", SERVERS)
def test_passwords_are_kept_as_scram_verifiers(server: str, connections: dict[str, dict[str, Any]]) -> None:
    with connect(connections[server]) as session:
        assert session.execute("show password_encryption").fetchone() == ("scram-sha-256",)


def test_the_sources_administrator_is_the_superuser(source: Session) -> None:
    assert source.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (True,)


def test_the_targets_administrator_is_no_superuser(target: Session) -> None:
    found = target.execute(
        "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
    )
    assert found.fetchone() == (False, True, True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        target.execute("select rolpassword from pg_authid")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        target.execute("copy (select 1) to program 'true'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        target.execute("alter system set work_mem = '1GB'")


def test_the_targets_administrator_makes_roles_databases_and_trusted_extensions(
    target: Session, name: str, connections: dict[str, dict[str, Any]]
) -> None:
    identifier = sql.Identifier(name)
    target.execute(sql.SQL("create role {} login password 'for-a-moment'").format(identifier))
    try:
        target.execute(sql.SQL("grant {} to root").format(identifier))
        target.execute(sql.SQL("create database {} owner {}").format(identifier, identifier))
        with connect(connections["target_postgres"], dbname=name) as session:
            session.execute("create extension pgcrypto")
            assert session.execute("select encode(digest('lab', 'md5'), 'hex')").fetchone() is not None
    finally:
        target.execute(sql.SQL("drop database if exists {}").format(identifier))
        target.execute(sql.SQL("drop role {}").format(identifier))


def test_both_sides_sort_texts_alike(source: Session, target: Session) -> None:
    query = "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = 'template1'"
    assert source.execute(query).fetchone() == target.execute(query).fetchone() == ("C.UTF-8", "UTF8")
