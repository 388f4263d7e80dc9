"""A PostgreSQL server behind RDS. Its administrator is RDS's `root`, who is no superuser."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql

from lab.cloud.backends.database_server import ExistsError, Grant, MissingError, Place

_OF_RDS = ("rdsAdmin", "rdsBackup", "rdsMetric", "rdsRepl")


class Postgresql:
    """A PostgreSQL server."""

    engine = "PostgreSQL"

    def __init__(self, place: Place) -> None:
        self.place = place

    @contextmanager
    def _session(self, database: str = "postgres") -> Generator[psycopg.Connection[tuple[Any, ...]]]:
        place = self.place
        try:
            with psycopg.connect(
                host=place.address,
                port=place.port,
                user=place.user,
                password=place.password,
                dbname=database,
                connect_timeout=5,
                autocommit=True,
            ) as session:
                yield session
        except (errors.DuplicateDatabase, errors.DuplicateObject) as error:
            raise ExistsError(str(error)) from None
        except (errors.InvalidCatalogName, errors.UndefinedObject, errors.InvalidSchemaName) as error:
            raise MissingError(str(error)) from None

    def databases(self) -> list[dict[str, Any]]:
        """Return the databases but for the templates."""
        query = """select datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate,
            pg_database_size(oid) from pg_database where not datistemplate order by 1"""
        with self._session() as session:
            rows = session.execute(query).fetchall()
        names = ("name", "owner", "character_set", "collate_set", "size")
        # sizes in MB, as RDS gives them
        return [dict(zip(names, (*row[:4], row[4] // 2**20), strict=True)) for row in rows]

    def create_database(self, wanted: dict[str, Any]) -> None:
        """Make a database; the administrator becomes a member of its owner first, as PostgreSQL demands."""
        owner = wanted.get("owner") or self.place.user
        options = {
            "encoding": wanted.get("character_set") or "UTF8",
            "template": wanted.get("template") or "template0",
            "lc_collate": wanted.get("lc_collate") or "C.UTF-8",
            "lc_ctype": wanted.get("lc_ctype") or "C.UTF-8",
        }
        settings = sql.SQL(" ").join(
            sql.SQL("{} {}").format(sql.SQL(name), sql.Literal(value)) for name, value in options.items()
        )
        name = sql.Identifier(wanted["name"])
        with self._session() as session:
            if owner != self.place.user:
                session.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(owner)))
            statement = sql.SQL("create database {} owner {} {}")
            session.execute(statement.format(name, sql.Identifier(owner), settings))
            if wanted.get("is_revoke_public_privilege"):
                session.execute(sql.SQL("revoke all on database {} from public").format(name))

    def drop_database(self, name: str) -> None:
        """Remove a database, and whoever is in it."""
        with self._session() as session:
            session.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def users(self) -> list[dict[str, Any]]:
        """Return the roles that are neither the server's own nor RDS's."""
        query = """select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit,
            rolreplication, rolbypassrls, array(select pg_get_userbyid(roleid) from pg_auth_members where member = oid)
            from pg_roles where rolname not like 'pg\\_%%' and rolname <> all(%s) order by 1"""
        with self._session() as session:
            found = session.execute(query, [list(_OF_RDS)]).fetchall()
        names = (
            "rolsuper",
            "rolinherit",
            "rolcreaterole",
            "rolcreatedb",
            "rolcanlogin",
            "rolconnlimit",
            "rolreplication",
            "rolbypassrls",
        )
        return [
            {"name": row[0], "attributes": dict(zip(names, row[1:9], strict=True)), "memberof": row[9]}
            for row in found
        ]

    def create_user(self, name: str, password: str) -> None:
        """Make a role that may log in."""
        with self._session() as session:
            statement = sql.SQL("create role {} login password {}")
            session.execute(statement.format(sql.Identifier(name), sql.Literal(password)))

    def drop_user(self, name: str) -> None:
        """Remove a role."""
        with self._session() as session:
            session.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))

    def grant(self, wanted: Grant) -> None:
        """Give rights on a schema, its tables and those to come; and, unless they are for reading, to make some."""
        schema, user = sql.Identifier(wanted.schema), sql.Identifier(wanted.user)
        rights = sql.SQL("select" if wanted.readonly else "all")
        use = sql.SQL("usage" if wanted.readonly else "usage, create")
        with self._session(wanted.database) as session:
            session.execute(sql.SQL("grant {} on schema {} to {}").format(use, schema, user))
            session.execute(sql.SQL("grant {} on all tables in schema {} to {}").format(rights, schema, user))
            session.execute(
                sql.SQL("alter default privileges in schema {} grant {} on tables to {}").format(
                    schema, rights, user
                )
            )
