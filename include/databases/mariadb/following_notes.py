"""Note on the destination how far it has followed, in the transactions that bring the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.connections import DatabaseAccess
from include.databases.mariadb.session import rows, session
from include.planning.server_notes import NOTES, make_notes

FOLLOWED = f"{NOTES}.followed"
MAKE = f"""create table if not exists {FOLLOWED} (name varchar(64) primary key, start varchar(255) not null,
    position varchar(255) not null, moment bigint not null) engine = InnoDB"""
EXISTS = "select 1 from information_schema.tables where table_schema = %s and table_name = 'followed'"


@dataclass(frozen=True)
class FollowingNote:
    """Say from where a database was followed and how far, as positions of the origin's log.

    :param moment: when the origin wrote the last change that was applied, or when that began, in seconds since 1970.
    """

    start: str
    position: str
    moment: int


def read_note(connection: Any, database: str, *, locked: bool = False) -> FollowingNote | None:
    """Return the note of a database; `locked` keeps it from others until the transaction ends."""
    if not rows(connection, EXISTS, NOTES):
        return None
    query = f"select start, position, moment from {FOLLOWED} where name = %s{' for update' if locked else ''}"
    found = rows(connection, query, database)
    return FollowingNote(str(found[0][0]), str(found[0][1]), int(found[0][2])) if found else None


def write_first_note(destination: DatabaseAccess, database: str, position: str) -> None:
    """Note where following starts; what was noted of the same start stays, for changes may be applied by now."""
    make_notes(destination)
    with session(destination) as connection, connection.cursor() as cursor:
        cursor.execute(MAKE)
        cursor.execute(
            f"insert into {FOLLOWED} values (%s, %s, %s, unix_timestamp()) on duplicate key update "
            "position = if(start = values(start), position, values(position)), "
            "moment = if(start = values(start), moment, values(moment)), start = values(start)",
            (database, position, position),
        )


def remove_note(connection: Any, database: str) -> None:
    """Remove the note of a database, where there is one."""
    if rows(connection, EXISTS, NOTES):
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {FOLLOWED} where name = %s", (database,))
