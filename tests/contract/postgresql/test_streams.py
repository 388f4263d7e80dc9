"""What the whole copy is made of: pieces by key, tables of extensions, hashes of pieces, progress in the ledger's document."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import pytest
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql import fingerprints, tables
from include.databases.postgresql.copier import PostgresqlCopier
from include.databases.postgresql.extension_tables import copy_extension_tables
from include.databases.postgresql.pairs import Pair
from include.databases.postgresql.pieces import Table, cut_all
from include.databases.postgresql.row_hash import MOST_CELLS
from include.databases.postgresql.session import connect, rows, session, value

NUMBERS = """create table public.numbers (id integer primary key, what text);
    insert into public.numbers select n * 3, repeat('x', n % 50) from generate_series(-5000, 5000) n;
    delete from public.numbers where id % 7 = 0"""


def _marks(access: DatabaseAccess, database: str) -> Any:
    open_session = partial(connect, access, database)
    with closing(open_session()) as connection:
        return fingerprints.table_marks(open_session, tables.list_tables(connection))


def _by_table(access: DatabaseAccess, database: str, *, by_key: bool) -> dict[str, Table]:
    with session(access, database) as connection:
        return {table.name: table for table in tables.list_tables(connection, by_key=by_key)}


def test_a_server_without_page_ranges_is_read_by_key(
    source: DatabaseAccess, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(source, database) as connection:
        connection.execute(NUMBERS.encode())
        connection.execute("create table public.keyless (n integer)")
        connection.execute("insert into public.keyless select generate_series(1, 50000)")
        monkeypatch.setattr(tables, "PIECE_BYTES", 64 * 1024)
        found = _by_table(source, database, by_key=True)
        assert found["public.numbers"].key == ("id", -15000, 15000)
        pieces = cut_all([found["public.numbers"]], 64 * 1024)
        assert len(pieces) > 3
        counts = [
            value(connection, sql.SQL(f"select count(*) from public.numbers where {piece.condition}"))
            for piece in pieces
        ]
        assert sum(counts) == value(connection, "select count(*) from public.numbers")
        assert min(counts) > 0
        assert [piece.condition for piece in cut_all([found["public.keyless"]], 64 * 1024)] == [""]


def test_a_hash_does_not_depend_on_the_pieces_and_sees_a_doubled_and_a_changed_row(
    source: DatabaseAccess, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session(source, database) as connection:
        connection.execute(NUMBERS.encode())
        whole = _marks(source, database)
        monkeypatch.setattr(fingerprints, "cut_all", lambda found: cut_all(found, 64 * 1024))
        assert _marks(source, database) == whole
        assert whole["public.numbers"].rows == value(connection, "select count(*) from public.numbers")
        # the same values, exchanged between two rows
        connection.execute(
            "update public.numbers set what = case id when 3 then 'a' else 'b' end where id in (3, 6)"
        )
        one = _marks(source, database)
        connection.execute(
            "update public.numbers set what = case id when 3 then 'b' else 'a' end where id in (3, 6)"
        )
        assert _marks(source, database) != one


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", ["null", "0", "-1", "1"]),
        ("smallint", ["null", "0", "-1"]),
        # what hashes of integers alone would fold into one
        (
            "bigint",
            ["null", "0", "1", "4294967296", "4294967297", "-1", "-4294967296", "9223372036854775807"],
        ),
        ("text", ["null", "''", "'0'", "' '", "'a'", "'a '"]),
        ("numeric", ["null", "1.0", "1.00", "'nan'"]),
        ("float8", ["null", "0", "'-0'", "0.1", "0.1::real"]),
        ("public.color", ["null", "'red'", "'green'"]),
        ("json", ["null", "'{}'", "'{ }'"]),
        ("text[]", ["null", "'{}'", "'{null}'", "'{\"null\"}'"]),
        ("timestamptz", ["null", "'infinity'", "'2000-01-01 00:00:00.000001Z'"]),
    ],
)
def test_each_value_of_a_type_has_a_hash_of_its_own(
    source: DatabaseAccess, database: str, kind: str, values: list[str]
) -> None:
    with session(source, database) as connection:
        connection.execute("create type public.color as enum ('red', 'green')")
        connection.execute(f"create table public.one (before int not null default 1, value {kind})".encode())
        marks = []
        for value_ in values:
            connection.execute("truncate public.one")
            connection.execute(f"insert into public.one (value) values ({value_})".encode())
            marks.append(_marks(source, database)["public.one"].hash)
    assert len(set(marks)) == len(values)


def test_a_row_s_hash_does_not_depend_on_whether_null_is_allowed(
    source: DatabaseAccess, database: str
) -> None:
    with session(source, database) as connection:
        connection.execute("create table public.one (a int, b bigint, c text, d numeric)")
        connection.execute("insert into public.one values (1, 2, '3', 4.0)")
        loose = _marks(source, database)
        for name in "abcd":
            connection.execute(f"alter table public.one alter {name} set not null".encode())
        assert _marks(source, database) == loose


@pytest.mark.parametrize("count", [MOST_CELLS, 1600])
def test_a_row_of_many_columns_is_hashed(source: DatabaseAccess, database: str, count: int) -> None:
    with session(source, database) as connection:
        columns = ", ".join(f"c{number} bigint" for number in range(count))
        connection.execute(f"create table public.wide ({columns})".encode())
        connection.execute("insert into public.wide (c0, c100) values (1, 2)")
        one = _marks(source, database)
        connection.execute("update public.wide set c0 = 2, c100 = 1")
        assert _marks(source, database) != one


def test_only_types_that_mean_the_same_in_each_database_travel_in_binary(
    source: DatabaseAccess, database: str
) -> None:
    columns = {
        "plain": "integer",
        "texts": "text[]",
        "span": "tstzrange",
        "doc": "jsonb",
        "colour": "public.color",
        "colours": "public.color[]",
        "pair": "public.pair",
        "kind": "regclass",
        "kinds": "regtype[]",
        "share": "public.share",
    }
    with session(source, database) as connection:
        connection.execute("create type public.color as enum ('red')")
        connection.execute("create type public.pair as (a integer)")
        connection.execute("create domain public.share as integer")
        for name, kind in columns.items():
            connection.execute(sql.SQL(f"create table public.of_{name} (value {kind})"))
    found = _by_table(source, database, by_key=False)
    assert {name for name in columns if found[f"public.of_{name}"].is_binary} == {
        "plain",
        "texts",
        "span",
        "doc",
        "colour",
        "share",
    }


def test_rows_that_users_put_into_an_extension_s_table_arrive_once(
    source: DatabaseAccess, target: DatabaseAccess, database: str
) -> None:
    with session(target) as there:
        there.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    table = "create table public.systems (id integer, own boolean)"
    with session(source, database) as here, session(target, database) as there:
        for connection in (here, there):
            connection.execute(table.encode())
            connection.execute("insert into public.systems values (1, true)")
        here.execute("insert into public.systems values (2, false)")
        here.execute("create extension hstore schema public")
        here.execute("alter extension hstore add table public.systems")
        # what pg_extension_config_dump() does within an extension's own script
        here.execute(
            "update pg_extension set extconfig = array['public.systems'::regclass::oid], extcondition = array['where not own'] "
            "where extname = 'hstore'"
        )
        for _ in range(2):
            assert copy_extension_tables(Pair(here, there)) == 1
        assert rows(there, "select id from public.systems order by 1") == [(1,), (2,)]


def test_the_document_of_the_ledger_follows_the_copy(
    source: DatabaseAccess, target: DatabaseAccess, database: str
) -> None:
    with session(source, database) as connection:
        connection.execute(NUMBERS.encode())
        count = value(connection, "select count(*) from public.numbers")
    documents: list[dict[str, Any]] = []
    copier = PostgresqlCopier(source, target, database, documents.append)
    with copier.lock(), copier.snapshot() as snapshot:
        copier.copy_all(snapshot, lambda: None)

    assert [stage for stage in dict.fromkeys(one["stage"] for one in documents) if stage != "rows"] == [
        "indexes and constraints",
        "sequences and statistics",
    ]
    last = documents[-1]
    assert (last["items"], last["total_items"], last["rows"]) == (1, 1, count)
    assert last["bytes"] == last["total_bytes"] > 0
