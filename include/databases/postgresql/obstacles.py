"""Find what of a PostgreSQL database does not travel."""

from __future__ import annotations

from collections.abc import Iterator

from include.connections import DatabaseAccess
from include.databases.obstacles import Obstacle
from include.databases.postgresql.roles import needed_roles, passwords_readable
from include.databases.postgresql.session import rows, session

LOGINS = "select rolname from pg_roles where rolcanlogin and rolname = any(%s) order by 1"
PRIVILEGED = """select rolname from pg_roles
    where (rolsuper or rolreplication or rolbypassrls) and rolname = any(%s) order by 1"""
SUBSCRIPTIONS = """select s.subname from pg_subscription s join pg_database d on d.oid = s.subdbid
    where d.datname = current_database() order by 1"""


def find_obstacles(source: DatabaseAccess, target: DatabaseAccess, database: str) -> Iterator[Obstacle]:
    """Yield what a person has to know before the database is copied."""
    with session(source, database) as here:
        needed = needed_roles(here)
        logins = [] if passwords_readable(here) else [str(name) for (name,) in rows(here, LOGINS, needed)]
        privileged = [str(name) for (name,) in rows(here, PRIVILEGED, needed)]
        subscriptions = [str(name) for (name,) in rows(here, SUBSCRIPTIONS)]
    if logins:
        yield (
            "warning",
            f"is used by roles whose passwords the source lets nobody read: {', '.join(logins)}; they arrive without one",
            "set their passwords on the target between the copy and the cutover (ALTER ROLE … PASSWORD)",
        )
    if privileged:
        yield (
            "warning",
            f"is used by roles that lose SUPERUSER, REPLICATION or BYPASSRLS: {', '.join(privileged)}",
            "make sure that they do without on the target, or give them these rights there",
        )
    if subscriptions:
        yield (
            "warning",
            f"subscribes to other databases ({', '.join(subscriptions)}); subscriptions are not carried over",
            "make them on the target after the cutover",
        )
