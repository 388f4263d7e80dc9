"""Take foreign keys away while tables that reference each other are filled, and make them again, in one transaction.

To have them unchecked instead (`session_replication_role`) takes a superuser, whom no managed server gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from include.databases.postgresql.session import Connection, rows

# A partition's key is a part of its partitioned table's, and goes and comes with it.
KEYS = """with recursive found as (
        select oid, conparentid from pg_constraint where contype = 'f' and conrelid = any(%s::text[]::regclass[])
        union select k.oid, k.conparentid from pg_constraint k join found on k.oid = found.conparentid)
    select k.conrelid::regclass::text, quote_ident(k.conname), pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')
    from pg_constraint k join found using (oid) where k.conparentid = 0 order by 1, 2"""

ForeignKey = tuple[Any, ...]


def drop_foreign_keys(target: Connection, tables: Iterable[str]) -> list[ForeignKey]:
    """Drop the foreign keys of these tables, and return them."""
    keys = rows(target, KEYS, sorted(tables))
    for table, name, *_ in keys:
        target.execute(_text(f"alter table {table} drop constraint {name}"))
    return keys


def make_foreign_keys(target: Connection, keys: Iterable[ForeignKey]) -> None:
    """Make foreign keys that were dropped; every row is checked."""
    for table, name, definition, comment in keys:
        target.execute(_text(f"alter table {table} add constraint {name} {definition}"))
        if comment:
            remark = sql.SQL("comment on constraint {} on {} is {}")
            target.execute(remark.format(_text(name), _text(table), sql.Literal(comment)))


def _text(statement: str) -> sql.SQL:
    # Names and definitions come from the server's own quoting.
    return sql.SQL(statement)
