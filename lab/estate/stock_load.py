"""Makes MariaDB's database `stock` with its accounts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from lab.estate.logins import Login, login_of
from lab.secrets import secrets

DATABASE = "stock"
APPLICATION = "stock_app"
OWNER = "stock_owner"

_FILE = Path(__file__).resolve().parent / "sql" / "stock.sql"
# the last thing that the file makes
_PRESENT = (
    "select count(*) from information_schema.routines where routine_schema = %s and routine_name = 'recount'"
)


def load() -> None:
    """Make the database, unless it is there; one that was left half made is made anew."""
    login = login_of("source_mariadb")
    with closing(_connect(login, login.user, login.password)) as admin, admin.cursor() as cursor:
        _make_accounts(cursor)
        cursor.execute(_PRESENT, (DATABASE,))
        if cursor.fetchone()[0]:
            return
        cursor.execute(f"drop database if exists {DATABASE}")
        cursor.execute(f"create database {DATABASE} character set utf8mb4 collate utf8mb4_general_ci")
        cursor.execute(f"use {DATABASE}")
        cursor.execute(_FILE.read_text())
        while cursor.nextset():
            pass


def is_loaded() -> bool:
    """Say whether the application's login sees rows through the view."""
    login = login_of("source_mariadb")
    application = _connect(login, APPLICATION, secrets()["mariadb_app_password"])
    with closing(application), application.cursor() as cursor:
        cursor.execute(f"select count(*) > 0 from {DATABASE}.low_stock")
        return bool(cursor.fetchone()[0])


def _connect(login: Login, user: str, password: str) -> Any:
    return pymysql.connect(
        host=login.host,
        port=login.port or 3306,
        user=user,
        password=password,
        connect_timeout=5,
        charset="utf8mb4",
        autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
    )


def _make_accounts(cursor: Any) -> None:
    password = secrets()["mariadb_app_password"]
    cursor.execute(f"create user if not exists {APPLICATION}@'%%' identified by %s", (password,))
    cursor.execute(f"grant select, insert, update, delete, execute on {DATABASE}.* to {APPLICATION}@'%'")
    cursor.execute(f"create user if not exists {OWNER}@'%' account lock")
    cursor.execute(f"grant select, insert, update, execute, trigger on {DATABASE}.* to {OWNER}@'%'")
