"""Find what keeps a PostgreSQL database from being followed."""

from __future__ import annotations

from collections.abc import Iterator

from include.connections import DatabaseAccess
from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.session import Connection, rows, session, value

LOGICAL = "select current_setting('wal_level') = 'logical'"
MAY_REPLICATE = "select rolreplication or rolsuper from pg_roles where rolname = current_user"
SLOTS = """select current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots),
    current_setting('max_wal_senders')::int - (select count(*) from pg_stat_replication)"""
KEPT = "select pg_size_bytes(setting || unit) from pg_settings where name = 'max_slot_wal_keep_size' and setting <> '-1'"
ENCODING = "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
OWN_TABLES = f"""from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and {USER_SCHEMAS} and {own("pg_class", "c")}"""
# By an index of its own a table's rows are told apart as by a primary key, if somebody has said so.
WITHOUT_IDENTITY = f"""select c.oid::regclass::text {OWN_TABLES} and c.relpersistence = 'p' and (c.relreplident = 'n'
    or (c.relreplident = 'd' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary))) order by 1"""
UNLOGGED = f"select c.oid::regclass::text {OWN_TABLES} and c.relpersistence = 'u' order by 1"
RULES = f"""select distinct c.oid::regclass::text {OWN_TABLES}
    and exists (select from pg_rewrite r where r.ev_class = c.oid) order by 1"""
MOST_NAMED = 10


def find_source_obstacles(source: DatabaseAccess, database: str, most_retained: int) -> Iterator[Obstacle]:
    """Yield what the source lacks.

    :param most_retained: bytes of its log that the definition lets the source keep.
    """
    with session(source, database) as connection:
        yield from _server_obstacles(connection, "source")
        yield from _table_obstacles(connection)
        kept = value(connection, KEPT)
        encoding = value(connection, ENCODING)
        large_objects = int(value(connection, "select count(*) from pg_largeobject_metadata"))
    if kept is not None and int(kept) < most_retained:
        yield (
            "warning",
            f"cannot keep as much of its log as follow.most_retained says: max_slot_wal_keep_size is {int(kept) // 10**6} MB; "
            "beyond, the following is lost",
            "raise max_slot_wal_keep_size on the source, or lower follow.most_retained",
        )
    if encoding == "SQL_ASCII":
        yield (
            "blocker",
            "has the encoding SQL_ASCII, whose texts mean nothing to other programs: it cannot be followed",
            "set mode to dump",
        )
    if large_objects:
        yield (
            "warning",
            f"has {large_objects} large objects, whose changes are not followed: they are compared, and copied where they differ, "
            "while the writers stand still",
            "expect the time that takes in the downtime",
        )


def find_way_back_obstacles(target: DatabaseAccess) -> Iterator[Obstacle]:
    """Yield what the target lacks to keep its changes for a rollback."""
    with session(target) as connection:
        yield from _server_obstacles(connection, "target")


def _server_obstacles(connection: Connection, side: str) -> Iterator[Obstacle]:
    reason = "which following needs" if side == "source" else "which the way back needs (follow.reverse)"
    otherwise = "" if side == "source" else ", or set follow.reverse to false"
    if not value(connection, LOGICAL):
        yield (
            "blocker",
            f"is on a {side} server without logical decoding, {reason}",
            f"set wal_level to logical on the {side} and start it again{otherwise}",
        )
    if not value(connection, MAY_REPLICATE):
        yield (
            "blocker",
            f"is reached on the {side} by {value(connection, 'select current_user')}, who may not replicate, {reason}",
            f"ALTER ROLE … REPLICATION on the {side}{otherwise}",
        )
    slots, senders = rows(connection, SLOTS)[0]
    for name, free in (("max_replication_slots", slots), ("max_wal_senders", senders)):
        if free < 1:
            yield (
                "blocker",
                f"is on a {side} server whose {name} are all taken, {reason}",
                f"raise {name} on the {side}, or drop a slot that nobody reads (pg_replication_slots){otherwise}",
            )


def _table_obstacles(connection: Connection) -> Iterator[Obstacle]:
    tables = [str(name) for (name,) in rows(connection, WITHOUT_IDENTITY)]
    if tables:
        yield (
            "blocker",
            f"has tables whose rows cannot be told apart: {_named(tables)}; from the moment of the copy on, the source would refuse "
            "to update and delete in them",
            "give them a primary key, or ALTER TABLE … REPLICA IDENTITY FULL (slow where many rows change)",
        )
    unlogged = [str(name) for (name,) in rows(connection, UNLOGGED)]
    if unlogged:
        yield (
            "warning",
            f"has unlogged tables, whose changes are not followed: {_named(unlogged)}; they are copied again while the writers stand "
            "still",
            "ALTER TABLE … SET LOGGED, or expect the time that takes in the downtime",
        )
    rules = [str(name) for (name,) in rows(connection, RULES)]
    if rules:
        yield (
            "blocker",
            f"has tables with rules, which would act on each row a second time: {_named(rules)}",
            "make triggers of them on the source, or set mode to dump",
        )


def _named(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
