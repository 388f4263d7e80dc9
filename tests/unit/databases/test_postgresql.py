"""The parts of the PostgreSQL copy that need no server."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from include.connections import DatabaseAccess
from include.databases.postgresql.changes import whole_tables
from include.databases.postgresql.creation import setting_statement
from include.databases.postgresql.foreign_keys import parents_first, with_referencing
from include.databases.postgresql.roles import Role, role_marks
from include.databases.postgresql.schema import (
    _prefix,
    allowed,
    remove_left_archives,
    schemas_apart,
    without,
)

REFERENCES = [("orders", "customers"), ("lines", "orders"), ("tree", "tree"), ("log", "other")]


def test_tables_that_reference_a_changed_one_go_with_it() -> None:
    assert with_referencing(["customers"], REFERENCES) == {"customers", "orders", "lines"}
    assert with_referencing(["lines"], REFERENCES) == {"lines"}
    assert with_referencing([], REFERENCES) == set()


def test_parents_are_filled_before_their_children() -> None:
    ordered = parents_first(["lines", "customers", "orders", "tree"], REFERENCES)

    assert ordered is not None
    assert ordered.index("customers") < ordered.index("orders") < ordered.index("lines")
    assert set(ordered) == {"lines", "customers", "orders", "tree"}


def test_tables_that_reference_each_other_have_no_order() -> None:
    assert parents_first(["a", "b"], [("a", "b"), ("b", "a")]) is None


@pytest.mark.parametrize(
    ("role", "setting", "expected"),
    [
        (None, "work_mem=8MB", """alter database "shop" set "work_mem" = '8MB'"""),
        (
            "app",
            "search_path=public, extra",
            'alter role "app" in database "shop" set "search_path" = public, extra',
        ),
        (None, "my.name=it's", """alter database "shop" set "my"."name" = 'it''s'"""),
        (None, 'search_path=""', 'alter database "shop" set "search_path" = ""'),
    ],
)
def test_settings_keep_lists_of_names_as_lists(role: str | None, setting: str, expected: str) -> None:
    assert setting_statement("shop", role, setting).as_string(None) == expected


def test_what_only_a_superuser_restores_is_left_out() -> None:
    listing = (
        "; comment\n"
        "2; 3079 16384 EXTENSION - hstore \n"
        "3000; 0 0 COMMENT - EXTENSION hstore \n"
        "10; 1259 1 TABLE public orders app\n"
        "11; 3466 1 EVENT TRIGGER - watcher root\n"
    )

    kept = allowed(listing, as_superuser=False)

    assert "EXTENSION - hstore" in kept
    assert "TABLE public orders" in kept
    assert "COMMENT" not in kept
    assert "EVENT TRIGGER" not in kept
    assert allowed(listing, as_superuser=True) == listing


def test_schemas_and_their_rights_come_first() -> None:
    listing = (
        "; comment\n"
        "7; 2615 16385 SCHEMA - accounting app\n"
        "30; 0 0 ACL - SCHEMA accounting app\n"
        "11; 1259 16390 TABLE public SCHEMA app\n"
    )

    first, others = schemas_apart(listing)

    assert first == "".join(listing.splitlines(keepends=True)[1:3])
    assert "TABLE public SCHEMA" in others
    assert "accounting" not in others


def test_what_a_killed_try_has_made_is_not_made_again() -> None:
    listing = (
        "12; 2606 16390 CONSTRAINT public orders orders_pkey app\n13; 1259 16390 INDEX public orders_at app\n"
    )

    assert without(listing, {(2606, 16390)}) == "13; 1259 16390 INDEX public orders_at app\n"
    assert without(listing, set()) == listing


def test_roles_compare_by_attributes_and_password() -> None:
    plain = Role("app", True, True, False, False, -1, None, None, ())
    assert plain.mark("k") != replace(plain, settings=("search_path=shop",)).mark("k")
    role = Role("app", True, True, False, False, -1, None, "SCRAM-SHA-256$4096:aa", ("readers",))
    other = Role("app", True, True, False, False, -1, None, "SCRAM-SHA-256$4096:bb", ("readers",))

    assert role.mark("key") != other.mark("key")
    assert role.mark(None) == other.mark(None)
    assert "SCRAM" not in role_marks({"app": role}, "key")["app"]


def test_a_partitioned_table_is_emptied_whole_only_with_all_of_its_partitions() -> None:
    partitioned = [
        ("public.orders", ["public.orders_1", "public.orders_2"]),
        ("public.logs", ["public.logs_1"]),
    ]

    assert whole_tables({"public.orders_1", "public.logs_1", "public.items"}, partitioned) == ["public.logs"]
    assert whole_tables({"public.orders_1", "public.orders_2"}, partitioned) == ["public.orders"]


def test_the_definitions_of_a_killed_try_are_removed_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    target = DatabaseAccess("postgresql", "pg.target.lab", 5432, "root", "secret")
    elsewhere = replace(target, host="pg.rehearsal.lab")
    left = tmp_path / f"{_prefix(target, 'shop')}abc"
    others = {tmp_path / f"{_prefix(target, 'other')}abc", tmp_path / f"{_prefix(elsewhere, 'shop')}abc"}
    for folder in {left, *others}:
        (folder / "dump").mkdir(parents=True)
    remove_left_archives(target, "shop")
    assert set(tmp_path.iterdir()) == others
