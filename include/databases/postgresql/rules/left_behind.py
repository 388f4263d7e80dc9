"""What stays behind, or arrives as something less."""

from __future__ import annotations

from collections.abc import Iterator

from include.databases.obstacles import Obstacle
from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.rules.sides import Sides, named, names

SUBSCRIPTIONS = """select s.subname from pg_subscription s join pg_database d on d.oid = s.subdbid
    where d.datname = current_database() order by 1"""
EVENT_TRIGGERS = f"select v.evtname from pg_event_trigger v where {own('pg_event_trigger', 'v')} order by 1"
ALL_TABLES = "select pubname from pg_publication where puballtables order by 1"
FOREIGN_SERVERS = f"""select format('%s (%s)', v.srvname, coalesce((select substr(o, 6) from unnest(v.srvoptions) o
    where o like 'host=%%'), w.fdwname)) from pg_foreign_server v join pg_foreign_data_wrapper w on w.oid = v.srvfdw
    where {own("pg_foreign_server", "v")} order by 1"""
USER_MAPPINGS = "select format('%s at %s', usename, srvname) from pg_user_mappings order by 1"
PREPARED = "select gid from pg_prepared_xacts where database = current_database() order by 1"
UNLOGGED = f"""select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'u' and {USER_SCHEMAS} order by 1"""
TEMPORARY = "select c.relname from pg_class c where c.relkind = 'r' and c.relpersistence = 't' order by 1"
# Routines in machine code or in languages that reach the server's files: only a superuser makes them.
UNTRUSTED = f"""select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    join pg_language l on l.oid = p.prolang
    where not l.lanpltrusted and l.lanname <> 'internal' and {USER_SCHEMAS} and {own("pg_proc", "p")} order by 1"""


def subscriptions(sides: Sides) -> Iterator[Obstacle]:
    """Yield subscriptions: they would begin to replicate as soon as they arrive."""
    found = names(sides.source, SUBSCRIPTIONS)
    if found:
        yield (
            "warning",
            f"subscribes to other databases ({named(found)}); subscriptions are not carried over",
            "make them on the target after the cutover",
        )


def event_triggers(sides: Sides) -> Iterator[Obstacle]:
    """Yield event triggers, which only a superuser makes."""
    found = names(sides.source, EVENT_TRIGGERS) if sides.is_managed else []
    if found:
        yield (
            "warning",
            f"has event triggers, which only a superuser makes: {named(found)}; they are left out, and the proof will miss them",
            "drop them on the source, or let a named person accept the database's proof without them",
        )


def publications_of_all(sides: Sides) -> Iterator[Obstacle]:
    """Yield publications for all tables, which only a superuser makes."""
    found = names(sides.source, ALL_TABLES) if sides.is_managed else []
    if found:
        yield (
            "blocker",
            f"has publications for all tables, which only a superuser makes: {named(found)}",
            "make them on the source for the tables they are needed for, or drop them there",
        )


def foreign_servers(sides: Sides) -> Iterator[Obstacle]:
    """Yield foreign servers: the target has to reach them itself."""
    found = names(sides.source, FOREIGN_SERVERS)
    if found:
        yield (
            "warning",
            f"reads from foreign servers: {named(found)}",
            "make sure that the target reaches them, by the address that is written there",
        )


def user_mappings(sides: Sides) -> Iterator[Obstacle]:
    """Yield logins at foreign servers: their passwords are not compared."""
    found = names(sides.source, USER_MAPPINGS)
    if found:
        yield (
            "warning",
            f"logs in to foreign servers: {named(found)}; what the source hides of these logins does not arrive",
            "look at the mappings on the target after the copy, and set their passwords where they are missing",
        )


def prepared_transactions(sides: Sides) -> Iterator[Obstacle]:
    """Yield transactions that wait for their second phase: what they did is not in any snapshot."""
    found = names(sides.source, PREPARED)
    if found:
        yield (
            "warning",
            f"has prepared transactions that nobody ended: {named(found)}; what they wrote is not copied",
            "commit or roll them back before the cutover (COMMIT PREPARED, ROLLBACK PREPARED)",
        )


def unlogged_tables(sides: Sides) -> Iterator[Obstacle]:
    """Yield unlogged tables: a server of two nodes loses their rows when it fails over."""
    found = names(sides.source, UNLOGGED)
    if found:
        yield (
            "warning",
            f"has unlogged tables: {named(found)}; they are copied, and are empty after the target fails over or crashes",
            "let them be logged on the source (ALTER TABLE … SET LOGGED) if their rows matter",
        )


def temporary_tables(sides: Sides) -> Iterator[Obstacle]:
    """Yield temporary tables of sessions that are open now."""
    found = names(sides.source, TEMPORARY)
    if found:
        yield (
            "warning",
            f"has sessions with temporary tables now: {named(found)}; these end with the cutover",
            "make sure that the applications make them anew when they connect to the target",
        )


def untrusted_routines(sides: Sides) -> Iterator[Obstacle]:
    """Yield routines that only a superuser makes."""
    found = names(sides.source, UNTRUSTED) if sides.is_managed else []
    if found:
        yield (
            "blocker",
            f"has routines in C or in an untrusted language, which only a superuser makes: {named(found)}",
            "write them in a trusted language, or drop them on the source",
        )
