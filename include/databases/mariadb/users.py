"""Carry over the user accounts a database needs: those with rights in it and those its views and triggers run as."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from include.databases.fingerprint import keyed_hash
from include.databases.mariadb.session import quoted, rows
from include.errors import PermanentError, TemporaryError, shorten

logger = logging.getLogger(__name__)

# Accounts every server has of its own.
SYSTEM_USERS = frozenset({"root", "mariadb.sys", "mysql", ""})
# The database column of mysql.db is a LIKE pattern.
GRANTED = """select user, host from mysql.db where %s like db
    union select user, host from mysql.tables_priv where db = %s
    union select user, host from mysql.columns_priv where db = %s
    union select user, host from mysql.procs_priv where db = %s"""
DEFINERS = """select concat('view ', table_name), definer from information_schema.views where table_schema = %s
    union all select concat(lower(routine_type), ' ', routine_name), definer from information_schema.routines where routine_schema = %s
    union all select concat('trigger ', trigger_name), definer from information_schema.triggers where trigger_schema = %s
    union all select concat('event ', event_name), definer from information_schema.events where event_schema = %s order by 1"""
ROLES = "select user from mysql.user where is_role = 'Y'"
PATTERNS = "select distinct db from mysql.db where %s like db"
EXISTS = "select 1 from mysql.user where user = %s and host = %s"
GRANT_PLACE = re.compile(r" ON (?:PROCEDURE |FUNCTION |PACKAGE )?`((?:[^`]|``)*)`\.")
GRANT_LINE = re.compile(r"^GRANT (.+?) ON (.+) TO (`(?:[^`]|``)*`@`(?:[^`]|``)*`)( WITH GRANT OPTION)?$")
# The connection was lost.
LOST = frozenset({2006, 2013})
CREATE = re.compile(r"^CREATE USER ")


@dataclass(frozen=True)
class Account:
    """Hold one account as the source's server writes it; `creation` has the password's hash in it."""

    user: str
    host: str
    creation: str
    grants: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return `user@host`."""
        return f"{self.user}@{self.host}"

    def mark(self, key: str) -> str:
        """Return what has to be equal on both sides, the creation hashed with a key."""
        return " ".join([keyed_hash(key, self.creation), *self.grants])


def needed_accounts(connection: Any, database: str, admin: str) -> list[tuple[str, str]]:
    """Return (user, host) of the accounts the database needs, without the administrators and roles."""
    found = {(str(user), str(host)) for user, host in rows(connection, GRANTED, *([database] * 4))}
    found.update(definers(connection, database).values())
    roles = {str(name) for (name,) in rows(connection, ROLES)}
    return sorted(
        account for account in found if account[0] not in roles and not is_left_out(account[0], admin)
    )


def definers(connection: Any, database: str) -> dict[str, tuple[str, str]]:
    """Return `kind name` -> (user, host) of the account that it runs as, of views, routines, triggers and events."""
    found = rows(connection, DEFINERS, *([database] * 4))
    return {str(name): account_of(str(definer)) for name, definer in found}


def account_of(text: str) -> tuple[str, str]:
    """Return (user, host) of an account that a server tells of; a role has no host."""
    user, mark, host = text.rpartition("@")
    return (user, host) if mark else (host, "")


def is_left_out(user: str, admin: str) -> bool:
    """Say whether an account is an administrator's, which every server has of its own."""
    return user in SYSTEM_USERS or user == admin


def read_accounts(
    connection: Any, database: str, names: Iterable[tuple[str, str]], patterns: Iterable[str]
) -> dict[str, Account]:
    """Return those of the accounts that exist, with their rights in the database."""
    places = {database, *patterns}
    found = {}
    for user, host in names:
        if not rows(connection, EXISTS, user, host):
            continue
        creation = str(rows(connection, "show create user %s@%s", user, host)[0][0])
        grants = [str(line) for (line,) in rows(connection, "show grants for %s@%s", user, host)]
        account = Account(user, host, creation, grants_in(grants, places))
        found[account.name] = account
    return found


def grants_in(grants: Iterable[str], places: set[str]) -> tuple[str, ...]:
    """Return the grants that concern the given databases; global rights are not carried over."""
    chosen = []
    for line in grants:
        match = GRANT_PLACE.search(line)
        if match and match.group(1).replace("``", "`") in places:
            chosen.append(line)
    return tuple(sorted(chosen))


def patterns_of(connection: Any, database: str) -> list[str]:
    """Return the patterns of granted databases that cover this one."""
    return [str(pattern) for (pattern,) in rows(connection, PATTERNS, database)]


def ensure_accounts(target: Any, wanted: dict[str, Account], there: dict[str, Account]) -> None:
    """Make missing accounts on the target with the same passwords.

    :raises PermanentError: when one of the same name is there with another password.
    """
    for name, account in wanted.items():
        known = there.get(name)
        if known is None:
            _make(target, account)
            logger.info("Made account %s on the target", name)
        elif known.creation != account.creation:
            raise PermanentError(
                f"account {name}, target: exists with another password or other options than on the source; "
                "align it by hand, or rename one of the two"
            )


def _make(target: Any, account: Account) -> None:
    """Make an account; the server's own words may quote its password's hash and are not repeated."""
    import pymysql

    try:
        with target.cursor() as cursor:
            # Executed without values: a percent sign in a host stays one.
            cursor.execute(CREATE.sub("CREATE USER IF NOT EXISTS ", account.creation))
    except pymysql.MySQLError as error:
        number = error.args[0] if error.args else "?"
        raise (TemporaryError if number in LOST else PermanentError)(
            f"account {account.name}, target: could not be made (MariaDB's error {number}); make it there by hand, or give the "
            "connection's user the right to, and a plugin the target knows to the account"
        ) from None


def grant_all(target: Any, database: str, wanted: dict[str, Account]) -> None:
    """Give the accounts every right in the database while it is loaded; `apply_grants` takes them back.

    Views are checked with the rights of their definers as they are made, while rights on single tables can only be
    given once the tables exist.
    """
    with target.cursor() as cursor:
        for account in wanted.values():
            cursor.execute(
                f"grant all privileges on {quoted(database)}.* to %s@%s", (account.user, account.host)
            )


def apply_grants(target: Any, wanted: dict[str, Account], there: dict[str, Account]) -> None:
    """Give the accounts the rights they have on the source and no others; tables and routines exist by now."""
    with target.cursor() as cursor:
        for name, account in wanted.items():
            present = there[name].grants if name in there else ()
            for grant in present:
                if grant not in account.grants:
                    cursor.execute(revocation(grant))
            for grant in account.grants:
                cursor.execute(grant)


def revocation(grant: str) -> str:
    """Return the statement that takes a grant back."""
    match = GRANT_LINE.match(grant)
    if match is None:
        raise PermanentError(f"grant on the target cannot be read: {shorten(grant)}; take it back by hand")
    rights, place, account, option = match.groups()
    return f"REVOKE {rights}{', GRANT OPTION' if option else ''} ON {place} FROM {account}"
