"""Find what of a MariaDB database does not travel, or would not work on the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from include.connections import DatabaseAccess
from include.databases.mariadb.definers import ALL_KEPT, Definers, plain, read_definers
from include.databases.mariadb.follow_obstacles import follow_obstacles
from include.databases.mariadb.obstacle_texts import named
from include.databases.mariadb.server_facts import read_database, read_server
from include.databases.mariadb.server_obstacles import server_obstacles
from include.databases.mariadb.session import rows, session
from include.databases.mariadb.users import EXISTS, is_left_out
from include.databases.mariadb.users import definers as named_definers
from include.databases.obstacles import Obstacle

if TYPE_CHECKING:
    from include.definition.data import DefinerChoice

GLOBAL = """select user, host from mysql.user
    where is_role = 'N' and 'Y' in (select_priv, insert_priv, update_priv, delete_priv) order by 1, 2"""
ROLES = """select user, host, role from mysql.roles_mapping
    where host <> '' and role in (select user from mysql.db where %s like db union select user from mysql.tables_priv where db = %s
    union select user from mysql.columns_priv where db = %s union select user from mysql.procs_priv where db = %s) order by 1, 2, 3"""
WITHOUT_TRANSACTIONS = """select concat(table_name, ' (', engine, ')') from information_schema.tables
    where table_schema = %s and table_type = 'BASE TABLE' and engine not in ('InnoDB', 'SEQUENCE') order by 1"""


def find_obstacles(
    source: DatabaseAccess,
    target: DatabaseAccess,
    database: str,
    mode: str = "dump",
    definers: DefinerChoice = "keep",
) -> Iterator[Obstacle]:
    """Yield what a person has to know before the database is copied, or followed."""
    exchanged = ALL_KEPT if definers == "keep" else read_definers(source, target, database)
    with session(source) as here, session(target) as there:
        kept = {
            account
            for name, account in named_definers(here, database).items()
            if name not in exchanged.former
        }
        facts = read_database(here, database, frozenset(one for one in kept if one[0] != target.user))
        servers = read_server(here), read_server(there)
        missing = missing_definers(here, there, kept, source.user)
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
            "make that account on the target, or let them run as the target's user: `definers: target_user` in the definition",
        )
    yield from _exchanged(exchanged)
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


def missing_definers(source: Any, target: Any, definers: Iterable[tuple[str, str]], admin: str) -> list[str]:
    """Return the definers that work on the source, are missing on the target, and are not made there by the copy."""
    return [
        f"{user}@{host}"
        for user, host in sorted(definers)
        if is_left_out(user, admin)
        and rows(source, EXISTS, user, host)
        and not rows(target, EXISTS, user, host)
    ]


def _exchanged(definers: Definers) -> Iterator[Obstacle]:
    for name, was in definers.former.items():
        yield (
            "warning",
            f"has {name}, which runs as {plain(was)} on the source and will run as {plain(definers.user)} on the target, with that "
            "user's rights, as the definition chooses",
            "see that nobody gets more by it than they had, or choose `definers: keep` and make its definer on the target",
        )
