"""Keep a copy from acting by itself while changes are applied to it, and note how to make it as it was.

A trigger of the origin has fired there already, and its rows arrive by themselves. Rows arrive one by one: a foreign key
that one statement of the origin satisfied is looked at when the transaction ends.
"""

from __future__ import annotations

from psycopg import sql

from include.databases.postgresql.definitions import FOLLOWING, USER_SCHEMAS, own
from include.databases.postgresql.session import Connection, rows

UNDO = f"{FOLLOWING}.undo"
TRIGGERS = f"""select c.oid::regclass::text, quote_ident(t.tgname), t.tgenabled
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgenabled <> 'D' and t.tgparentid = 0 and {USER_SCHEMAS} and {own("pg_class", "c")} order by 1, 2"""
FOREIGN_KEYS = f"""select k.conrelid::regclass::text, quote_ident(k.conname), k.condeferrable
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
    where k.contype = 'f' and k.conparentid = 0 and not k.condeferred and {USER_SCHEMAS} order by 1, 2"""
ENABLE = {"O": "enable trigger", "R": "enable replica trigger", "A": "enable always trigger"}


def silence(connection: Connection) -> None:
    """Turn triggers off and let foreign keys wait for the end of a transaction; note what undoes it."""
    connection.execute(f"create table {UNDO} (number serial primary key, statement text not null)")
    for table, name, state in rows(connection, TRIGGERS):
        _change(
            connection,
            f"alter table {table} disable trigger {name}",
            f"alter table {table} {ENABLE[state]} {name}",
        )
    for table, name, is_deferrable in rows(connection, FOREIGN_KEYS):
        former = "deferrable initially immediate" if is_deferrable else "not deferrable"
        constraint = f"alter table {table} alter constraint {name}"
        _change(connection, f"{constraint} deferrable initially deferred", f"{constraint} {former}")


def restore(connection: Connection) -> None:
    """Undo it, in the connection's transaction."""
    for (statement,) in rows(connection, f"select statement from {UNDO} order by number"):
        connection.execute(_text(statement))
    connection.execute(f"delete from {UNDO}")


def _change(connection: Connection, statement: str, undoing: str) -> None:
    connection.execute(_text(statement))
    connection.execute(f"insert into {UNDO} (statement) values (%s)", (undoing,))


def _text(statement: str) -> sql.SQL:
    # Names come from the server's own quoting (regclass, quote_ident).
    return sql.SQL(statement)
