"""Whether the source's connection can read all of the database."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.rules.sides import Sides, named, names
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


def unreadable_tables(sides: Sides) -> Iterator[Obstacle]:
    """Yield tables that the connection's user may not read."""
    found = names(sides.source, UNREADABLE)
    if found:
        yield (
            "blocker",
            f"has tables that {sides.source.info.user} may not read: {named(found)}",
            "grant SELECT on them (or the role pg_read_all_data) to the source connection's user",
        )


def hidden_rows(sides: Sides) -> Iterator[Obstacle]:
    """Yield tables of which row security would hide rows."""
    found = names(sides.source, FILTERED)
    if found:
        yield (
            "blocker",
            f"has tables of which row security hides rows from {sides.source.info.user}: {named(found)}",
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


def huge_large_objects(sides: Sides) -> Iterator[Obstacle]:
    """Yield large objects that are too large for the proof; only a superuser can tell."""
    found = names(sides.source, HUGE_OBJECTS) if is_superuser(sides.source) else []
    if found:
        yield (
            "blocker",
            f"has large objects of 1 GB and more ({named(found)}), which cannot be proved",
            "move them into a bucket, or copy this database by hand",
        )
