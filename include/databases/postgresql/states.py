"""Keep the state of copies in a database of its own on a PostgreSQL server."""

from __future__ import annotations

from include.connections import DatabaseAccess
from include.databases.postgresql.session import session, value
from include.databases.states import COLUMNS, PLACE, CopyState, state_of
from include.planning.server_notes import NOTES, has_notes, make_notes


def read_state(target: DatabaseAccess, name: str) -> CopyState | None:
    """Return the state of a database's copy."""
    if not has_notes(target):
        return None
    with session(target, NOTES) as connection:
        if value(connection, "select to_regclass(%s)", PLACE) is None:
            return None
        query = f"select {', '.join(COLUMNS)} from {PLACE} where name = %s"
        return state_of(connection.execute(query, (name,)).fetchone())


def write_state(target: DatabaseAccess, state: CopyState) -> None:
    """Keep the state of a database's copy."""
    columns = ", ".join(f"{column} text not null" for column in COLUMNS[1:])
    updates = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
    places = ", ".join(["%s"] * len(COLUMNS))
    make_notes(target)
    with session(target, NOTES) as connection:
        connection.execute(f"create table if not exists {PLACE} (name text primary key, {columns})")
        connection.execute(
            f"insert into {PLACE} ({', '.join(COLUMNS)}) values ({places}) on conflict (name) do update set {updates}",
            state.values(),
        )
