"""Find what of a MariaDB database does not travel, or would not work on the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.follow_obstacles import follow_obstacles
from include.databases.mariadb.obstacle_texts import named
from include.databases.mariadb.server_facts import read_database, read_server
from include.databases.mariadb.server_obstacles import server_obstacles
from include.databases.mariadb.session import rows, session
from include.databases.mariadb.users import EXISTS, definers, is_left_out
from include.databases.obstacles import Obstacle

GLOBAL = """select user, host from mysql.user
    where is_role = 'N' and 'Y' in (select_priv, insert_priv, update_priv, delete_priv) order by 1, 2"""
ROLES = """select user, host, role from mysql.roles_mapping
    where host <> '' and role in (select user from mysql.db where %s like db union select user from mysql.tables_priv where db = %s
    union select user from mysql.columns_priv where db = %s union select user from mysql.procs_priv where db = %s) order by 1, 2, 3"""
WITHOUT_TRANSACTIONS = """select concat(table_name, ' (', engine, ')') from information_schema.tables
    where table_schema = %s and table_type = 'BASE TABLE' and engine not in ('InnoDB', 'SEQUENCE') order by 1"""


def find_obstacles(
    source: DatabaseAccess, target: DatabaseAccess, database: str, mode: str = "dump"
) -> Iterator[Obstacle]:
    """Yield what a person has to know before the database is copied, or followed."""
    with session(source) as here, session(target) as there:
        foreign = frozenset(one for one in definers(here, database) if one[0] != target.user)
        facts = read_database(here, database, foreign)
        servers = read_server(here), read_server(there)
        missing = missing_definers(here, there, database, source.user)
        accounts = [
            f"{user}@{host}" for user, host in rows(here, GLOBAL) if not is_left_out(user, source.user)
        ]
        roles = [
            f"{role} of {user}@{host}"
            for user, host, role in rows(here, ROLES, *([database] * 4))
            if not is_left_out(user, source.user)
        ]
        others = [str(name) for (name,) in rows(here, WITHOUT_TRANSACTIONS, database)]
    yield from server_obstacles(*servers, facts)
    if mode == "follow":
        yield from follow_obstacles(servers[0], facts)
    if missing:
        yield (
            "blocker",
            f"has views, triggers, routines or events that run as {named(missing)}, who is not on the target and, being an "
            "administrator, is not made there: they would fail at their first use",
            "give them another definer on the source (ALTER … DEFINER), or make that account on the target",
        )
    if accounts:
        yield (
            "warning",
            f"is open to {named(accounts)} by rights in all databases (GRANT … ON *.*), which are not carried over",
            "grant what the applications need on the database itself, or make these accounts on the target",
        )
    if roles:
        yield (
            "warning",
            f"is open to accounts through roles ({named(roles)}), which are not carried over",
            "grant the rights to the accounts themselves, or make the roles on the target",
        )
    if others:
        yield (
            "warning",
            f"has tables without transactions, {named(others)}: a copy beside their writers may fail its proof",
            "make them InnoDB on the source first, or let the writers rest during the first copy",
        )


def missing_definers(source: Any, target: Any, database: str, admin: str) -> list[str]:
    """Return the definers that work on the source, are missing on the target, and are not made there by the copy."""
    return [
        f"{user}@{host}"
        for user, host in sorted(definers(source, database))
        if is_left_out(user, admin)
        and rows(source, EXISTS, user, host)
        and not rows(target, EXISTS, user, host)
    ]
