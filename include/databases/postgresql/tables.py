"""List the tables of a database that hold rows, and say how each is cut and how its rows may travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from psycopg import sql

from include.databases.postgresql.definitions import USER_SCHEMAS
from include.databases.postgresql.pieces import PIECE_BYTES, TID_RANGES_SINCE, Table
from include.databases.postgresql.row_hash import Cell, row_hash
from include.databases.postgresql.session import Connection, rows

# Binary rows name no types but for two: an array names its elements' and a composite its members' number, which is another
# in each database for all but built-in types. `reg…` types are such numbers themselves. What extensions bring may have
# another format in another version. All of these travel as text.
BINARY_TYPES = """select t.oid from pg_type t left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    where t.typtype = 'e' or (t.oid < 16384 and t.typtype in ('b', 'r', 'm') and t.typsend <> 0 and t.typreceive <> 0
        and ltrim(t.typname, '_') !~ '^(reg|pg_)' and (e.oid is null or e.typsend <> 0))"""
# Tables of extensions belong to the extension. Materialized views are computed anew on the target, so that an outdated one
# differs in its rows by right: their definitions are compared, not their rows.
TABLES_QUERY = f"""with binary_types as ({BINARY_TYPES})
    select c.oid::regclass::text, pg_table_size(c.oid), pg_relation_size(c.oid) / current_setting('block_size')::int,
        coalesce(array_agg(quote_ident(a.attname) order by a.attnum) filter (where a.attgenerated = ''), '{{}}'),
        coalesce(bool_and(a.attgenerated <> '' or b.oid in (select oid from binary_types)),
            true),
        coalesce(array_agg(array[quote_ident(a.attname), b.typname::text, a.attnotnull::text] order by a.attnum)
            filter (where a.attname is not null), '{{}}')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    left join pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
    where c.relkind = 'r' and {USER_SCHEMAS} and c.oid not in
        (select objid from pg_depend where classid = 'pg_class'::regclass and deptype = 'e')
    group by c.oid order by 2 desc, 1"""
KEY_QUERY = """select quote_ident(a.attname) from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = %s::regclass and i.indisprimary and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)"""


def list_tables(connection: Connection, *, by_key: bool | None = None) -> list[Table]:
    """Return the tables of users with their sizes, the largest first.

    :param by_key: cut by the key, where there is one, instead of by pages; None does what the server's version is good at.
    """
    found = [
        Table(
            str(name),
            int(size),
            int(pages),
            tuple(columns),
            bool(is_binary),
            row_hash=row_hash(_cells(cells)),
        )
        for name, size, pages, columns, is_binary, cells in rows(connection, TABLES_QUERY)
    ]
    takes_pages = connection.info.server_version >= TID_RANGES_SINCE if by_key is None else not by_key
    return found if takes_pages else [_with_key(connection, table) for table in found]


def _cells(described: Sequence[Sequence[str]]) -> list[Cell]:
    return [Cell(name, kind, is_never_null == "true") for name, kind, is_never_null in described]


def _with_key(connection: Connection, table: Table) -> Table:
    """Return a table that is cut by its key; one without stays whole."""
    whole = replace(table, pages=0)
    keys = rows(connection, KEY_QUERY, table.name) if table.size > PIECE_BYTES else []
    if not keys:
        return whole
    column = str(keys[0][0])
    # Names come from the server's own quoting.
    query = sql.SQL(f"select min({column}), max({column}) from only {table.name}")
    low, high = rows(connection, query)[0]
    return whole if low is None else replace(whole, key=(column, int(low), int(high)))
