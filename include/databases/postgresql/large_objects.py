"""Copy single large objects by their ids."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from include.databases.postgresql.session import Connection, value

BLOCK = 4 * 1024 * 1024
OWNER = "select pg_get_userbyid(lomowner) from pg_largeobject_metadata where oid = %s"


def copy_large_objects(source: Connection, target: Connection, ids: Iterable[str]) -> int:
    """Make the large objects of these ids equal to the source's, removed ones included; return the bytes copied."""
    copied = 0
    for text in ids:
        number = int(text)
        if value(target, OWNER, number) is not None:
            target.execute("select lo_unlink(%s)", (number,))
        owner = value(source, OWNER, number)
        if owner is not None:
            copied += _copy(source, target, number, str(owner))
    return copied


def _copy(source: Connection, target: Connection, number: int, owner: str) -> int:
    target.execute("select lo_create(%s)", (number,))
    offset = 0
    while block := value(source, "select lo_get(%s, %s, %s)", number, offset, BLOCK):
        target.execute("select lo_put(%s, %s, %s)", (number, offset, block))
        offset += len(block)
        if len(block) < BLOCK:
            break
    target.execute(
        sql.SQL("alter large object {} owner to {}").format(sql.Literal(number), sql.Identifier(owner))
    )
    return offset
