"""Keep the state of copies in a database of its own on a MariaDB server."""

from __future__ import annotations

from include.connections import DatabaseAccess
from include.databases.mariadb.session import rows, session
from include.databases.states import COLUMNS, PLACE, TABLE, CopyState, state_of
from include.planning.server_notes import NOTES, make_notes

EXISTS = "select 1 from information_schema.tables where table_schema = %s and table_name = %s"


def read_state(target: DatabaseAccess, name: str) -> CopyState | None:
    """Return the state of a database's copy."""
    with session(target) as connection:
        if not rows(connection, EXISTS, NOTES, TABLE):
            return None
        found = rows(connection, f"select {', '.join(COLUMNS)} from {PLACE} where name = %s", name)
        return state_of(found[0] if found else None)


def write_state(target: DatabaseAccess, state: CopyState) -> None:
    """Keep the state of a database's copy."""
    columns = ", ".join(f"{column} varchar(255) not null" for column in COLUMNS[1:])
    places = ", ".join(["%s"] * len(COLUMNS))
    make_notes(target)
    with session(target) as connection, connection.cursor() as cursor:
        cursor.execute(f"create table if not exists {PLACE} (name varchar(64) primary key, {columns})")
        cursor.execute(f"replace into {PLACE} ({', '.join(COLUMNS)}) values ({places})", state.values())
