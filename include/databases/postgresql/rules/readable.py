"""Whether the source's connection can read all of the database."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.rules.naming import Naming
from include.databases.postgresql.rules.sides import Sides
from include.databases.postgresql.session import is_superuser, value

UNREADABLE = f"""select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm', 'S') and {USER_SCHEMAS} and {own("pg_class", "c")}
        and not has_table_privilege(c.oid, 'SELECT') order by 1"""
FILTERED = f"""select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and {USER_SCHEMAS} and row_security_active(c.oid) order by 1"""
OTHERS_OBJECTS = """select count(*) from pg_largeobject_metadata
    where not pg_has_role(lomowner, 'USAGE')"""
# The proof reads each in one value, which takes 1 GB; a page of a large object has 2 kB.
HUGE_OBJECTS = "select distinct loid::text from pg_largeobject where pageno >= 524280 order by 1"


unreadable_tables = Naming(
    UNREADABLE,
    "blocker",
    "has tables that {user} may not read: {found}",
    "grant SELECT on them (or the role pg_read_all_data) to the source connection's user",
)

hidden_rows = Naming(
    FILTERED,
    "blocker",
    "has tables of which row security hides rows from {user}: {found}",
    "give the source connection's user BYPASSRLS",
)


def large_objects_of_others(sides: Sides) -> Iterator[Obstacle]:
    """Yield when large objects belong to roles that the connection's user is none of."""
    count = 0 if is_superuser(sides.source) else int(value(sides.source, OTHERS_OBJECTS))
    if count:
        yield (
            "blocker",
            f"has {count} large objects of roles that {sides.source.info.user} is no member of, and may not read",
            "make the source connection's user a member of their owners",
        )


# Only a superuser can tell.
huge_large_objects = Naming(
    HUGE_OBJECTS,
    "blocker",
    "has large objects of 1 GB and more ({found}), which cannot be proved",
    "move them into a bucket, or copy this database by hand",
    lambda sides: is_superuser(sides.source),
)
