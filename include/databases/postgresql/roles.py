"""Carry over the roles a database needs: owners, grantees and what they are members of."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from include.databases.fingerprint import keyed_hash
from include.databases.postgresql.creation import setting_statement
from include.databases.postgresql.session import Connection, is_superuser, rows, value
from include.errors import PermanentError, shorten

logger = logging.getLogger(__name__)

MARK = "cce-migration"
# The owner of the source's system objects: dependencies on it are not recorded, so it always counts as needed.
# Other needed roles are owners, grantees, their groups, and the members of those, who have the rights through them.
BOOTSTRAP_OID = 10
NAMES_QUERY = f"""with recursive needed(oid) as (
        select d.refobjid from pg_shdepend d, pg_database b where b.datname = current_database()
            and d.refclassid = 'pg_authid'::regclass
            and (d.dbid = b.oid or (d.classid = 'pg_database'::regclass and d.objid = b.oid))
        union select setrole from pg_db_role_setting s join pg_database b on b.oid = s.setdatabase
            where b.datname = current_database() and setrole <> 0
        union select case when m.member = n.oid then m.roleid else m.member end
            from needed n join pg_auth_members m on n.oid in (m.member, m.roleid)
            join pg_roles r on r.oid = n.oid and r.rolname !~ '^pg_'
    ) select r.rolname from needed n join pg_roles r on r.oid = n.oid
    where r.rolname !~ '^pg_' and r.oid <> {BOOTSTRAP_OID} and r.rolname <> current_user order by 1"""
ATTRIBUTES = "rolname, rolcanlogin, rolinherit, rolcreatedb, rolcreaterole, rolconnlimit, rolvaliduntil::text"
PASSWORDS_READABLE = "select has_table_privilege('pg_catalog.pg_authid', 'select')"
COMMENT = "select shobj_description(oid, 'pg_authid') from pg_roles where rolname = %s"
MEMBERS_QUERY = """select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid
    join pg_roles r on r.oid = m.member where r.rolname = %s order by 1"""
# Those that hold in every database; a search path, for one, is often set at the role.
SETTINGS_QUERY = "select unnest(rolconfig) from pg_roles where rolname = %s order by 1"


@dataclass(frozen=True)
class Role:
    """Hold a role's attributes and settings, but for the rights that managed servers give to nobody.

    SUPERUSER, REPLICATION and BYPASSRLS are not carried over.
    """

    name: str
    can_login: bool
    inherits: bool
    creates_databases: bool
    creates_roles: bool
    connection_limit: int
    valid_until: str | None
    verifier: str | None
    member_of: tuple[str, ...]
    settings: tuple[str, ...] = ()

    def mark(self, key: str | None) -> str:
        """Return what has to be equal on both sides, the password's verifier hashed with the key if there is one."""
        secret = keyed_hash(key, self.verifier or "") if key else ""
        attributes = (
            self.can_login,
            self.inherits,
            self.creates_databases,
            self.creates_roles,
            self.connection_limit,
            self.valid_until,
            *self.member_of,
            *self.settings,
        )
        return " ".join([*(str(attribute) for attribute in attributes), secret]).strip()


def needed_roles(connection: Connection) -> list[str]:
    """Return the names of the roles the database depends on, without the administrators."""
    return [str(name) for (name,) in rows(connection, NAMES_QUERY)]


def read_roles(connection: Connection, names: list[str]) -> dict[str, Role]:
    """Return the roles of these names that exist, with verifiers where the session may read them."""
    readable = passwords_readable(connection)
    table, secret = ("pg_authid", "rolpassword") if readable else ("pg_roles", "null")
    query = f"select {ATTRIBUTES}, {secret} from {table} where rolname = any(%s)"
    found = {}
    for row in rows(connection, query, names):
        members = tuple(str(name) for (name,) in rows(connection, MEMBERS_QUERY, row[0]))
        settings = tuple(str(one) for (one,) in rows(connection, SETTINGS_QUERY, row[0]))
        found[str(row[0])] = Role(*(*row, members, settings))
    return found


def passwords_readable(connection: Connection) -> bool:
    """Say whether the session may read password verifiers; managed servers let nobody."""
    return bool(value(connection, PASSWORDS_READABLE))


def role_marks(roles: dict[str, Role], key: str | None) -> dict[str, str]:
    """Return role -> what has to be equal on both sides; without a key passwords are left out."""
    return {name: role.mark(key) for name, role in sorted(roles.items())}


def ensure_roles(source: Connection, target: Connection) -> None:
    """Make the needed roles on the target, with the same passwords.

    :raises PermanentError: when a role of the same name is there with other attributes and is not ours to change.
    """
    wanted = read_roles(source, needed_roles(source))
    there = read_roles(target, list(wanted))
    admin = str(value(target, "select current_user"))
    key = _key(source, target)
    for name, role in wanted.items():
        known = there.get(name)
        if known is None:
            _execute(target, "create role {} with " + _options(role), role, sql.Identifier(name))
            _mark(target, name)
            _set(target, role)
            logger.info("Made role %s on the target", name)
        elif name != admin and known.mark(key) != role.mark(key):
            _align(target, role)
    _grant_memberships(target, wanted, admin)
    _ensure_administrators(source, target, wanted)


def foreign_roles(source: Connection, target: Connection) -> list[str]:
    """Return the needed roles that the target has otherwise than the source, and that are not ours to change."""
    wanted = read_roles(source, needed_roles(source))
    there = read_roles(target, list(wanted))
    admin = str(value(target, "select current_user"))
    key = _key(source, target)
    return [
        name
        for name, role in wanted.items()
        if name in there
        and name != admin
        and there[name].mark(key) != role.mark(key)
        and not _is_ours(target, name)
    ]


def _key(source: Connection, target: Connection) -> str | None:
    """Return a key to compare passwords by, if both sides show them; any will do where both hashes are made at once."""
    return "roles" if passwords_readable(source) and passwords_readable(target) else None


def _is_ours(target: Connection, name: str) -> bool:
    return str(value(target, COMMENT, name) or "").startswith(MARK)


def _align(target: Connection, role: Role) -> None:
    if not _is_ours(target, role.name):
        raise PermanentError(
            f"role {role.name}, target: exists with other attributes or another password than on the source; "
            "align it by hand, or rename one of the two"
        )
    _execute(target, "alter role {} with " + _options(role), role, sql.Identifier(role.name))
    _execute(target, "alter role {} reset all", role, sql.Identifier(role.name))
    _set(target, role)


def _set(target: Connection, role: Role) -> None:
    for setting in role.settings:
        with _refusals(role, f"its setting {setting.partition('=')[0]}"):
            target.execute(setting_statement(None, role.name, setting))


@contextmanager
def _refusals(role: Role, what: str) -> Generator[None]:
    """Tell a server's refusal without its line of the statement, which may hold a password's verifier."""
    try:
        yield
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise PermanentError(
            f"role {role.name}, target: the server refuses {what}: {shorten(error.diag.message_primary or '')}; take it off the "
            "role on the source, or give the target's administrator the right to it"
        ) from None


def _grant_memberships(target: Connection, roles: dict[str, Role], admin: str) -> None:
    superuser = is_superuser(target)
    for name, role in roles.items():
        for group in role.member_of:
            target.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(name)))
        if not superuser and name != admin:
            # Only a member of a role may make it the owner of something.
            target.execute(sql.SQL("grant {} to {}").format(sql.Identifier(name), sql.Identifier(admin)))


def _ensure_administrators(source: Connection, target: Connection, roles: Iterable[str]) -> None:
    """Make the source's administrators as roles that cannot log in: things may belong to them.

    Where the target's own administrator is no superuser, such a role becomes a member of all others: whatever it owns
    then lies in schemas in which it may create, as the server demands of an owner.
    """
    superuser = is_superuser(target)
    query = "select rolname from pg_roles where oid = %s or rolname = current_user"
    for (name,) in rows(source, query, BOOTSTRAP_OID):
        if value(target, "select 1 from pg_roles where rolname = %s", name) is None:
            target.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))
            _mark(target, str(name))
        if superuser or not _is_ours(target, str(name)):
            continue
        target.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(name)))
        for role in roles:
            target.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))


def _mark(target: Connection, name: str) -> None:
    target.execute(sql.SQL("comment on role {} is {}").format(sql.Identifier(name), sql.Literal(MARK)))


def _options(role: Role) -> str:
    flags = {
        "login": role.can_login,
        "inherit": role.inherits,
        "createdb": role.creates_databases,
        "createrole": role.creates_roles,
    }
    options = [name if is_set else f"no{name}" for name, is_set in flags.items()]
    options.append("connection limit {limit}")
    if role.valid_until:
        options.append("valid until {until}")
    if role.verifier:
        options.append("password {verifier}")
    return " ".join(options)


def _execute(target: Connection, text: str, role: Role, name: Any) -> None:
    statement = sql.SQL(text).format(
        name,
        limit=sql.Literal(role.connection_limit),
        until=sql.Literal(role.valid_until),
        verifier=sql.Literal(role.verifier),
    )
    with _refusals(role, "to make it like the source's"):
        target.execute(statement)
