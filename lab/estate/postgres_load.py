"""Makes PostgreSQL's database `shop`: roles first, then everything in it in one transaction of its owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lab.estate.logins import Login, login_of
from lab.secrets import secrets

DATABASE = "shop"
APPLICATION = "shop_app"
READERS = "shop_readonly"
ANALYST = "shop_analyst"

_FOLDER = Path(__file__).resolve().parent / "sql"
_PRESENT = "select to_regclass('public.order_totals') is not null"
Connection = psycopg.Connection[tuple[Any, ...]]


def load() -> None:
    """Make the database, unless it is there."""
    login = login_of("source_postgres")
    with _connect(login, "postgres", login.user, login.password) as admin:
        _make_roles(admin)
        if not _value(admin, "select 1 from pg_database where datname = %s", DATABASE):
            _make_database(admin)
    with connect_application("source") as connection:
        if not _value(connection, _PRESENT):
            _fill(connection)


def is_loaded() -> bool:
    """Say whether all is there, and has rows."""
    with connect_application("source") as connection:
        return bool(_value(connection, _PRESENT) and _value(connection, "select exists (select from orders)"))


def connect_application(side: str) -> Connection:
    """Open a session of the application in the database of one side (`source` or `target`)."""
    login = login_of(f"{side}_postgres")
    return _connect(login, DATABASE, APPLICATION, secrets()["pg_app_password"])


def _connect(login: Login, database: str, user: str, password: str) -> Connection:
    return psycopg.connect(
        host=login.host,
        port=login.port or 5432,
        dbname=database,
        user=user,
        password=password,
        connect_timeout=5,
        application_name="cce-lab",
        autocommit=True,
    )


def _make_roles(admin: Connection) -> None:
    # the password goes as its verifier: a server may log statements
    verifier = admin.pgconn.encrypt_password(
        secrets()["pg_app_password"].encode(), APPLICATION.encode(), b"scram-sha-256"
    )
    wanted = {
        APPLICATION: sql.SQL("login connection limit 60 password {}").format(sql.Literal(verifier.decode())),
        READERS: sql.SQL("nologin"),
        ANALYST: sql.SQL("login in role {}").format(sql.Identifier(READERS)),
    }
    for name, options in wanted.items():
        if not _value(admin, "select 1 from pg_roles where rolname = %s", name):
            admin.execute(sql.SQL("create role {} {}").format(sql.Identifier(name), options))
    # only who is a member of a role may give it a database, unless they are a superuser
    admin.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(APPLICATION)))


def _make_database(admin: Connection) -> None:
    database, owner = sql.Identifier(DATABASE), sql.Identifier(APPLICATION)
    admin.execute(sql.SQL("create database {} owner {}").format(database, owner))
    admin.execute(sql.SQL("revoke connect on database {} from public").format(database))
    admin.execute(sql.SQL("grant connect on database {} to {}").format(database, sql.Identifier(READERS)))
    admin.execute(sql.SQL("alter database {} set lock_timeout = '10s'").format(database))


def _fill(connection: Connection) -> None:
    with connection.transaction():
        for file in sorted(_FOLDER.glob("shop-*.sql")):
            connection.execute(file.read_text().encode())


def _value(connection: Connection, query: str, *values: object) -> Any:
    row = connection.execute(query.encode(), values or None).fetchone()
    return row[0] if row else None
