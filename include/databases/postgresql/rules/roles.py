"""Roles: what they own, may and know has to be possible on the target."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.roles import foreign_roles, passwords_readable
from include.databases.postgresql.rules.naming import Naming, where_managed
from include.databases.postgresql.rules.sides import Sides, named, names
from include.databases.postgresql.session import rows

LOGINS = "select rolname from pg_roles where rolcanlogin and rolname = any(%s) order by 1"
PRIVILEGED = """select rolname from pg_roles
    where (rolsuper or rolreplication or rolbypassrls) and rolname = any(%s) order by 1"""
EXISTING = "select rolname from pg_roles where rolname = any(%s)"
MAY = "select rolsuper or rolcreaterole, rolsuper or rolcreatedb from pg_roles where rolname = current_user"
HOMELESS = f"""select distinct format('%s in schema %I', pg_get_userbyid(c.relowner), n.nspname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and not r.rolsuper and {USER_SCHEMAS} and {own("pg_class", "c")}
        and not has_schema_privilege(c.relowner, n.oid, 'CREATE') order by 1"""
DEFINERS = f"""select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    join pg_roles r on r.oid = p.proowner
    where p.prosecdef and r.rolsuper and {USER_SCHEMAS} and {own("pg_proc", "p")} order by 1"""


def unreadable_passwords(sides: Sides) -> Iterator[Obstacle]:
    """Yield roles that log in with a password nobody can read."""
    if passwords_readable(sides.source):
        return
    logins = names(sides.source, LOGINS, sides.roles)
    if logins:
        yield (
            "warning",
            f"is used by roles whose passwords the source lets nobody read: {named(logins)}; they arrive without one",
            "set their passwords on the target between the copy and the cutover (ALTER ROLE … PASSWORD)",
        )


def lost_attributes(sides: Sides) -> Iterator[Obstacle]:
    """Yield roles with rights that managed servers give to nobody."""
    privileged = names(sides.source, PRIVILEGED, sides.roles)
    if privileged:
        yield (
            "warning",
            f"is used by roles that lose SUPERUSER, REPLICATION or BYPASSRLS: {named(privileged)}",
            "make sure that they do without on the target, or give them these rights there",
        )


def roles_that_differ(sides: Sides) -> Iterator[Obstacle]:
    """Yield roles that are there already, are not this program's, and are not like the source's."""
    foreign = foreign_roles(sides.source, sides.target)
    if foreign:
        yield (
            "blocker",
            f"needs roles that the target has with other attributes or another password: {named(foreign)}",
            "align them by hand, or rename them on one side",
        )


def lacking_rights(sides: Sides) -> Iterator[Obstacle]:
    """Yield what the target's administrator may not make."""
    may_make_roles, may_make_databases = rows(sides.target, MAY)[0]
    missing = set(sides.roles) - set(names(sides.target, EXISTING, sides.roles))
    if missing and not may_make_roles:
        yield (
            "blocker",
            f"needs roles that {sides.target.info.user} may not make on the target: {named(sorted(missing))}",
            "give the connection's user CREATEROLE, or make the roles there",
        )
    if not may_make_databases:
        yield (
            "blocker",
            f"cannot be made: {sides.target.info.user} may not make databases on the target",
            "give the connection's user CREATEDB",
        )


# Only a superuser could have given them what they own.
owners_without_a_place = Naming(
    HOMELESS,
    "blocker",
    "has owners that may not create in the schemas of what they own: {found}; the target refuses them",
    "grant them CREATE on these schemas on the source",
    where_managed,
)

definers = Naming(
    DEFINERS,
    "warning",
    "has routines that run as a superuser (SECURITY DEFINER): {found}; on the target their owner is none",
    "give them an owner who has just the rights they need",
    where_managed,
)
