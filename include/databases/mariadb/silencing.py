"""Take triggers and events off a database while it is followed, and put them back.

What they do on the origin stands in its log as rows; done again on the destination, it would be there twice. Nothing
keeps a trigger from firing for an administrator who may not change the server. So their definitions are noted before
they are dropped: a kill between the two leaves both, and the next try goes on.
"""

from __future__ import annotations

import logging
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.session import SETTINGS, quoted, rows, session
from include.planning.server_notes import NOTES, make_notes

logger = logging.getLogger(__name__)

SILENCED = f"{NOTES}.silenced"
MAKE = f"""create table if not exists {SILENCED} (name varchar(64) not null, kind varchar(8) not null,
    object varchar(64) not null, place int not null, sql_mode text not null, time_zone varchar(64) not null,
    charset varchar(64) not null, collation varchar(64) not null, statement longtext not null,
    primary key (name, kind, object)) engine = InnoDB character set utf8mb4"""
EXISTS = "select 1 from information_schema.tables where table_schema = %s and table_name = 'silenced'"
# Several triggers of one table fire in the order in which they were made.
TRIGGERS = """select trigger_name, action_order from information_schema.triggers where trigger_schema = %s order by action_order, 1"""
EVENTS = "select event_name, 0 from information_schema.events where event_schema = %s"
NOTED = f"""select kind, object, sql_mode, time_zone, charset, collation, statement from {SILENCED}
    where name = %s order by place, kind, object"""


def silence(destination: DatabaseAccess, database: str) -> int:
    """Take triggers and events off a database; return how many are off. Safe to repeat."""
    make_notes(destination)
    with session(destination, database) as connection:
        with connection.cursor() as cursor:
            cursor.execute(MAKE)
        for kind, query in (("trigger", TRIGGERS), ("event", EVENTS)):
            for name, place in rows(connection, query, database):
                _note(connection, database, kind, str(name), int(place))
                with connection.cursor() as cursor:
                    cursor.execute(f"drop {kind} if exists {quoted(database)}.{quoted(str(name))}")
        return len(rows(connection, NOTED, database))


def put_back(destination: DatabaseAccess, database: str) -> int:
    """Make what was taken off again, where it is not there; return how many. Safe to repeat."""
    with session(destination, database) as connection:
        if not rows(connection, EXISTS, NOTES):
            return 0
        noted = rows(connection, NOTED, database)
        there = {("trigger", name) for name, _ in rows(connection, TRIGGERS, database)}
        there |= {("event", name) for name, _ in rows(connection, EVENTS, database)}
        for kind, name, *definition in noted:
            if (kind, name) not in there:
                _make(connection, *definition)
                logger.info("Put %s %s of database %s back", kind, name, database)
    return len(noted)


def forget_silenced(connection: Any, database: str) -> None:
    """Remove the notes of what was taken off, once it is back or its database is gone."""
    if rows(connection, EXISTS, NOTES):
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {SILENCED} where name = %s", (database,))


def _note(connection: Any, database: str, kind: str, name: str, place: int) -> None:
    shown = rows(connection, f"show create {kind} {quoted(database)}.{quoted(name)}")[0]
    if kind == "trigger":
        _, sql_mode, statement, charset, collation = shown[:5]
        time_zone = "SYSTEM"
    else:
        _, sql_mode, time_zone, statement, charset, collation = shown[:6]
    noted = (database, kind, name, place, sql_mode, time_zone, charset, collation, statement)
    with connection.cursor() as cursor:
        cursor.execute(f"replace into {SILENCED} values ({', '.join(['%s'] * len(noted))})", noted)


def _make(
    connection: Any, sql_mode: str, time_zone: str, charset: str, collation: str, statement: str
) -> None:
    """Make an object as it was: it remembers the settings of the session that makes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "set sql_mode = %s, time_zone = %s, character_set_client = %s, collation_connection = %s",
            (sql_mode, time_zone, charset, collation),
        )
        try:
            # Executed without values: a percent sign stays one.
            cursor.execute(_in_charset(statement, charset))
        finally:
            cursor.execute("set names utf8mb4")
            cursor.execute(SETTINGS)


def _in_charset(statement: str, charset: str) -> str | bytes:
    """Return a statement in the bytes that a session of this character set sends."""
    from pymysql.charset import charset_by_name

    known = charset_by_name(charset)
    return statement if known is None else statement.encode(known.encoding)
