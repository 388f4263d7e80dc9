"""Ask database servers what planning needs to know, with one short-lived login each."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from include.connections import DatabaseAccess
from include.silence import connect_mariadb, for_libpq

CONNECT_SECONDS = 10
MAINTENANCE_DATABASE = "postgres"

PG_SIZE = "select pg_database_size(datname) from pg_database where datname = %s"
PG_TABLES = (
    "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where c.relkind in ('r', 'p', 'm', 'v') and n.nspname not in ('pg_catalog', 'information_schema') "
    "and n.nspname not like 'pg_toast%%'"
)
MARIADB_SIZE = "select coalesce(sum(data_length + index_length), 0) from information_schema.tables where table_schema = %s"
MARIADB_TABLES = "select count(*) from information_schema.tables where table_schema = %s"


@contextmanager
def open_database(access: DatabaseAccess, database: str | None = None) -> Generator[Any]:
    """Yield a cursor in autocommit mode on a server, in a database of it when one is given."""
    connection = _connect(access, database)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def one_value(access: DatabaseAccess, query: str, *values: str, database: str | None = None) -> Any:
    """Return the single value of a query, or None when it has no row."""
    with open_database(access, database) as cursor:
        cursor.execute(query, values or None)
        row = cursor.fetchone()
        return row[0] if row else None


def server_version(access: DatabaseAccess) -> tuple[int, ...]:
    """Return the server's version as numbers, e.g. (15, 10) or (10, 11, 6)."""
    query = "show server_version" if access.engine == "postgresql" else "select version()"
    text = str(one_value(access, query)).split()[0].partition("-")[0]
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def database_size(access: DatabaseAccess, name: str) -> int | None:
    """Return the size of a database in bytes, or None when it does not exist."""
    if access.engine == "postgresql":
        size = one_value(access, PG_SIZE, name)
        return None if size is None else int(size)
    exists = one_value(
        access, "select count(*) from information_schema.schemata where schema_name = %s", name
    )
    return int(one_value(access, MARIADB_SIZE, name)) if exists else None


def connection_limit(access: DatabaseAccess) -> int:
    """Return how many connections the server takes at once."""
    query = "show max_connections" if access.engine == "postgresql" else "select @@max_connections"
    return int(one_value(access, query))


def count_tables(access: DatabaseAccess, name: str) -> int:
    """Return how many tables and views an existing database holds."""
    if access.engine == "postgresql":
        return int(one_value(access, PG_TABLES, database=name))
    return int(one_value(access, MARIADB_TABLES, name))


def _connect(access: DatabaseAccess, database: str | None) -> Any:
    if access.engine == "postgresql":
        import psycopg

        return psycopg.connect(
            host=access.host,
            port=access.port,
            user=access.user,
            password=access.password,
            dbname=database or MAINTENANCE_DATABASE,
            connect_timeout=CONNECT_SECONDS,
            **for_libpq(),
            autocommit=True,
        )
    return connect_mariadb(
        host=access.host,
        port=access.port,
        user=access.user,
        password=access.password,
        database=database,
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
    )
