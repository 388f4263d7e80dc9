"""What stays behind, or arrives as something less."""

from __future__ import annotations

from include.databases.postgresql.definitions import USER_SCHEMAS, own
from include.databases.postgresql.rules.naming import Naming, where_managed

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


# They would begin to replicate as soon as they arrive.
subscriptions = Naming(
    SUBSCRIPTIONS,
    "warning",
    "subscribes to other databases ({found}); subscriptions are not carried over",
    "make them on the target after the cutover",
)

event_triggers = Naming(
    EVENT_TRIGGERS,
    "warning",
    "has event triggers, which only a superuser makes: {found}; they are left out, and the proof will miss them",
    "drop them on the source, or let a named person accept the database's proof without them",
    where_managed,
)

publications_of_all = Naming(
    ALL_TABLES,
    "blocker",
    "has publications for all tables, which only a superuser makes: {found}",
    "make them on the source for the tables they are needed for, or drop them there",
    where_managed,
)

foreign_servers = Naming(
    FOREIGN_SERVERS,
    "warning",
    "reads from foreign servers: {found}",
    "make sure that the target reaches them, by the address that is written there",
)

user_mappings = Naming(
    USER_MAPPINGS,
    "warning",
    "logs in to foreign servers: {found}; what the source hides of these logins does not arrive",
    "look at the mappings on the target after the copy, and set their passwords where they are missing",
)

prepared_transactions = Naming(
    PREPARED,
    "warning",
    "has prepared transactions that nobody ended: {found}; what they wrote is not copied",
    "commit or roll them back before the cutover (COMMIT PREPARED, ROLLBACK PREPARED)",
)

unlogged_tables = Naming(
    UNLOGGED,
    "warning",
    "has unlogged tables: {found}; they are copied, and are empty after the target fails over or crashes",
    "let them be logged on the source (ALTER TABLE … SET LOGGED) if their rows matter",
)

temporary_tables = Naming(
    TEMPORARY,
    "warning",
    "has sessions with temporary tables now: {found}; these end with the cutover",
    "make sure that the applications make them anew when they connect to the target",
)

untrusted_routines = Naming(
    UNTRUSTED,
    "blocker",
    "has routines in C or in an untrusted language, which only a superuser makes: {found}",
    "write them in a trusted language, or drop them on the source",
    where_managed,
)
