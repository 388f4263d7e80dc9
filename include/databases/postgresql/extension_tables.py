"""Copy what users have put into tables of extensions: an extension brings its tables, and says which rows are not its own."""

from __future__ import annotations

from psycopg import sql

from include.databases.postgresql.pairs import Pair
from include.databases.postgresql.session import rows

# The condition is a whole `where` clause, or empty.
MARKED = """select t.number::regclass::text, t.condition from pg_extension e, unnest(e.extconfig, e.extcondition) t(number, condition)
    join pg_class c on c.oid = t.number where c.relkind = 'r' order by 1"""


def copy_extension_tables(pair: Pair) -> int:
    """Make these rows equal to the source's, in one transaction; return how many tables have any."""
    copied = 0
    with pair.target.transaction():
        for table, condition in rows(pair.source, MARKED):
            # Names come from the server's own quoting, conditions from the extension.
            if rows(pair.source, sql.SQL(f"select from {table} {condition} limit 1")):
                _copy(pair, str(table), str(condition))
                copied += 1
    return copied


def _copy(pair: Pair, table: str, condition: str) -> None:
    pair.target.execute(sql.SQL(f"delete from {table} {condition}"))
    with (
        pair.source.cursor() as reading,
        pair.target.cursor() as writing,
        reading.copy(sql.SQL(f"copy (select * from {table} {condition}) to stdout")) as out,
        writing.copy(sql.SQL(f"copy {table} from stdin")) as into,
    ):
        for row in out:
            into.write(row)
