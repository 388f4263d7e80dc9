"""Copy large objects by their ids, with their owners and rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import sql

from include.batches import in_batches
from include.databases.postgresql.session import Connection, rows, value

BLOCK = 4 * 1024 * 1024
BATCH = 100
IDS = "select oid::text from pg_largeobject_metadata order by oid"
OWNER = "select pg_get_userbyid(lomowner) from pg_largeobject_metadata where oid = %s"
GRANTS = """select coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), a.grantee = 0, a.privilege_type, a.is_grantable
    from pg_largeobject_metadata m, aclexplode(m.lomacl) a where m.oid = %s"""


def ids_of(connection: Connection) -> dict[str, str]:
    """Return the ids of all large objects, each with nothing: what they hold is not looked at."""
    return {str(oid): "" for (oid,) in rows(connection, IDS)}


def batches(ids: Sequence[str]) -> list[list[str]]:
    """Return the ids in lots that one session copies."""
    return list(in_batches(ids, BATCH))


def copy_large_objects(source: Connection, target: Connection, ids: Iterable[str]) -> int:
    """Make the large objects of these ids equal to the source's, removed ones included; return the bytes copied."""
    copied = 0
    for text in ids:
        number = int(text)
        if value(target, OWNER, number) is not None:
            target.execute("select lo_unlink(%s)", (number,))
        owner = value(source, OWNER, number)
        if owner is not None:
            copied += _copy(source, target, number)
            _give(source, target, number, str(owner))
    return copied


def _copy(source: Connection, target: Connection, number: int) -> int:
    target.execute("select lo_create(%s)", (number,))
    offset = 0
    while block := value(source, "select lo_get(%s, %s, %s)", number, offset, BLOCK):
        target.execute("select lo_put(%s, %s, %s)", (number, offset, block))
        offset += len(block)
        if len(block) < BLOCK:
            break
    return offset


def _give(source: Connection, target: Connection, number: int, owner: str) -> None:
    place = sql.Literal(number)
    target.execute(sql.SQL("alter large object {} owner to {}").format(place, sql.Identifier(owner)))
    grants = rows(source, GRANTS, number)
    if grants:
        statement = sql.SQL("revoke all on large object {} from {}")
        target.execute(statement.format(place, sql.Identifier(owner)))
    for grantee, is_public, privilege, is_grantable in grants:
        target.execute(
            sql.SQL("grant {} on large object {} to {}{}").format(
                sql.SQL(privilege),
                place,
                # The server has quoted a role's name already.
                sql.SQL("public" if is_public else grantee),
                sql.SQL(" with grant option" if is_grantable else ""),
            )
        )
