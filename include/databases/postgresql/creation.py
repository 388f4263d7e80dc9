"""Make the target database with the source's owner, encoding, rights and settings."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql.definitions import NO_FENCE
from include.databases.postgresql.session import Connection, rows, session, value

PROPERTIES = "select to_jsonb(d), pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding) from pg_database d where datname = %s"
GRANTS = """select coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), a.grantee = 0, pg_get_userbyid(a.grantee),
    a.privilege_type, a.is_grantable from pg_database d, aclexplode(d.datacl) a where d.datname = %s"""
SETTINGS = f"""select pg_get_userbyid(nullif(s.setrole, 0)), c from pg_db_role_setting s
    join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) c where d.datname = %s and {NO_FENCE}"""
# These hold lists of quoted names: quoting the whole value would make one name of it.
NAME_LISTS = frozenset({
    "search_path",
    "temp_tablespaces",
    "session_preload_libraries",
    "shared_preload_libraries",
    "local_preload_libraries",
    "unix_socket_directories",
})


def drop_database(target: DatabaseAccess, name: str) -> None:
    """Drop a database with its sessions, if it exists."""
    with session(target) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def create_database(source: Connection, target: Connection, name: str) -> None:
    """Make an empty database like the source's; an existing one stays as it is."""
    if value(target, "select 1 from pg_database where datname = %s", name) is not None:
        return
    properties, owner, encoding = rows(source, PROPERTIES, name)[0]
    statement = sql.SQL(
        "create database {} with owner {} template template0 encoding {} lc_collate {} lc_ctype {}"
    )
    parts = [
        statement.format(
            sql.Identifier(name),
            sql.Identifier(owner),
            sql.Literal(encoding),
            sql.Literal(properties["datcollate"]),
            sql.Literal(properties["datctype"]),
        )
    ]
    locale = properties.get("daticulocale") or properties.get("datlocale")
    if properties.get("datlocprovider") == "i" and locale:
        parts.append(sql.SQL("locale_provider icu icu_locale {}").format(sql.Literal(locale)))
    target.execute(sql.SQL(" ").join(parts))


def copy_properties(source: Connection, target: Connection, name: str) -> None:
    """Give the target database the source's owner, rights and settings."""
    _, owner, _ = rows(source, PROPERTIES, name)[0]
    database = sql.Identifier(name)
    target.execute(sql.SQL("alter database {} owner to {}").format(database, sql.Identifier(owner)))
    grants = rows(source, GRANTS, name)
    if grants:
        for former in (sql.SQL("public"), sql.Identifier(owner)):
            target.execute(sql.SQL("revoke all on database {} from {}").format(database, former))
    for _, is_public, grantee, privilege, is_grantable in grants:
        target.execute(
            sql.SQL("grant {} on database {} to {}{}").format(
                sql.SQL(privilege),
                database,
                sql.SQL("public") if is_public else sql.Identifier(grantee),
                sql.SQL(" with grant option" if is_grantable else ""),
            )
        )
    for role, setting in rows(source, SETTINGS, name):
        target.execute(setting_statement(name, role, setting))


def setting_statement(database: str | None, role: str | None, setting: str) -> Any:
    """Return the statement for one `name=value` of a database, of a role, or of a role in a database."""
    name, _, text = setting.partition("=")
    parts = []
    if role is not None:
        parts.append(sql.SQL("role {}").format(sql.Identifier(role)))
    if database is not None:
        parts.append(sql.SQL("database {}").format(sql.Identifier(database)))
    where = sql.SQL(" in ").join(parts)
    wanted = sql.SQL(text) if name in NAME_LISTS and text else sql.Literal(text)
    parameter = sql.SQL(".").join(sql.Identifier(part) for part in name.split("."))
    return sql.SQL("alter {} set {} = {}").format(where, parameter, wanted)
