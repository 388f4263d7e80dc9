"""Each rule speaks about what it is for, and is silent about a healthy database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql.obstacles import RULES, find_obstacles
from include.databases.postgresql.rules import (
    connections,
    extensions,
    left_behind,
    readable,
    roles,
    texts,
    versions,
)
from include.databases.postgresql.rules.naming import Naming
from include.databases.postgresql.rules.sides import Rule, Sides
from include.databases.postgresql.session import session
from tests.contract.cloud.servers import PASSWORD

HEALTHY = """set search_path = public; create extension hstore; create domain share as integer check (value < 100);
    create table orders (id bigint generated always as identity primary key, at timestamptz, share share, doc hstore);
    create index on orders (at); insert into orders (share) values (7); select lo_from_bytea(0, 'x');
    create function twice(n integer) returns integer language sql as 'select n * 2';
    create publication of_orders for table orders"""


@pytest.fixture
def healthy(source: DatabaseAccess, database: str) -> str:
    with session(source, database) as connection:
        connection.execute(HEALTHY)
    return database


@contextmanager
def looked_at(source: DatabaseAccess, target: DatabaseAccess, database: str) -> Generator[Sides]:
    with session(source, database) as here, session(target) as there:
        yield Sides(here, there, database, source, target)


def spoken(sides: Sides, rule: Rule) -> list[tuple[str, str]]:
    return [(severity, message) for severity, message, _ in rule(sides)]


@contextmanager
def role_of_the_source(
    source: DatabaseAccess, database: str, options: str = "", *, name: str = "reader"
) -> Generator[DatabaseAccess]:
    """Give the access of a role that is no superuser, and owns nothing."""
    user = f"{database}_{name}"
    role = sql.Identifier(user)
    with session(source) as connection:
        statement = sql.SQL("create role {} login password {} " + options)
        connection.execute(statement.format(role, sql.Literal(PASSWORD)))
        try:
            yield replace(source, user=user)
        finally:
            with session(source, database) as here:
                here.execute(sql.SQL("reassign owned by {} to current_user").format(role))
                here.execute(sql.SQL("drop owned by {}").format(role))
            connection.execute(sql.SQL("drop role {}").format(role))


def test_a_healthy_database_hears_nothing(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    assert list(find_obstacles(source, target, healthy)) == []


@pytest.mark.parametrize(
    ("rule", "made", "severity", "words"),
    [
        (
            left_behind.untrusted_routines,
            "create function handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'",
            "blocker",
            "only a superuser makes: public.handler()",
        ),
        (left_behind.publications_of_all, "create publication every for all tables", "blocker", "every"),
        (
            left_behind.event_triggers,
            "create function told() returns event_trigger language plpgsql as 'begin end';"
            "create event trigger teller on ddl_command_start execute function told()",
            "warning",
            "teller",
        ),
        (
            left_behind.subscriptions,
            "create subscription mirror connection 'host=nowhere' publication p with (connect = false)",
            "warning",
            "mirror",
        ),
        (
            left_behind.foreign_servers,
            "create extension postgres_fdw; create server elsewhere foreign data wrapper postgres_fdw options (host 'db.lab')",
            "warning",
            "elsewhere (db.lab)",
        ),
        (
            left_behind.user_mappings,
            "create extension postgres_fdw; create server elsewhere foreign data wrapper postgres_fdw;"
            "create user mapping for postgres server elsewhere options (user 'u', password 'not-to-be-told')",
            "warning",
            "postgres at elsewhere",
        ),
        (left_behind.unlogged_tables, "create unlogged table sessions (id integer)", "warning", "sessions"),
        (left_behind.temporary_tables, "create temporary table basket (id integer)", "warning", "basket"),
        (
            extensions.untrusted_extensions,
            "create extension postgres_fdw",
            "warning",
            "only a superuser makes: postgres_fdw",
        ),
        (
            roles.definers,
            "create function rule_all() returns integer language sql security definer as 'select 1'",
            "warning",
            "public.rule_all()",
        ),
        (
            texts.missing_collations,
            'create table names (name text collate "ucs_basic")',
            "blocker",
            "ucs_basic",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_rule_speaks(
    source: DatabaseAccess,
    target: DatabaseAccess,
    healthy: str,
    rule: Rule,
    made: str,
    severity: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if rule is texts.missing_collations:
        monkeypatch.setattr(texts, "OFFERED", "select 'C'")
    with looked_at(source, target, healthy) as sides:
        sides.source.execute("set search_path = public")
        for statement in made.split(";create "):
            sides.source.execute(
                (statement if statement.startswith("create") else f"create {statement}").encode()
            )
        sides.source.execute("set search_path = ''")
        try:
            ((found, message),) = spoken(sides, rule)
        finally:
            if rule is left_behind.subscriptions:
                sides.source.execute(
                    "alter subscription mirror set (slot_name = none); drop subscription mirror"
                )
    assert found == severity
    assert words in message
    assert "not-to-be-told" not in message


def test_a_prepared_transaction_is_told(source: DatabaseAccess, target: DatabaseAccess, healthy: str) -> None:
    with looked_at(source, target, healthy) as sides:
        sides.source.execute("begin")
        sides.source.execute("insert into public.orders (share) values (1)")
        sides.source.execute("prepare transaction 'half done'")
        try:
            ((_, message),) = spoken(sides, left_behind.prepared_transactions)
        finally:
            sides.source.execute("rollback prepared 'half done'")
    assert "half done" in message


def test_extensions_that_the_target_lacks_or_has_older_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looked_at(source, target, healthy) as sides:
        monkeypatch.setattr(extensions, "OFFERED", "select 'plpgsql', '1.0', true")
        ((severity, message),) = spoken(sides, extensions.missing_extensions)
        assert (severity, "hstore" in message) == ("blocker", True)
        assert spoken(sides, extensions.lower_extensions) == []

        monkeypatch.setattr(
            extensions, "OFFERED", "select 'hstore', '1.2', true union select 'plpgsql', '1.0', true"
        )
        ((severity, message),) = spoken(sides, extensions.lower_extensions)
        assert (severity, "hstore 1.2 (source 1." in message) == ("warning", True)
        assert spoken(sides, extensions.missing_extensions) == []


def test_a_source_login_that_cannot_read_everything_is_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    with role_of_the_source(source, healthy) as reader:
        with looked_at(reader, target, healthy) as sides:
            ((severity, message),) = spoken(sides, readable.unreadable_tables)
            assert (severity, "public.orders" in message) == ("blocker", True)
            assert "1 large objects" in spoken(sides, readable.large_objects_of_others)[0][1]
        with session(source, healthy) as here:
            here.execute(sql.SQL("grant pg_read_all_data to {}").format(sql.Identifier(reader.user)))
            here.execute("alter table public.orders enable row level security")
        with looked_at(reader, target, healthy) as sides:
            assert spoken(sides, readable.unreadable_tables) == []
            ((severity, message),) = spoken(sides, readable.hidden_rows)
            assert (severity, "public.orders" in message) == ("blocker", True)
            assert spoken(sides, readable.huge_large_objects) == []


def test_huge_large_objects_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looked_at(source, target, healthy) as sides:
        # sparse: only the last page is there
        sides.source.execute("select lo_put(lo_create(4711), 1073741824 - 10, '\\x00')")
        ((severity, message),) = spoken(sides, readable.huge_large_objects)
    assert (severity, "4711" in message) == ("blocker", True)


def test_roles_that_are_there_otherwise_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    with role_of_the_source(source, healthy, "connection limit 7") as owner, session(target) as there:
        role = sql.Identifier(owner.user)
        with session(source, healthy) as here:
            here.execute(sql.SQL("alter table public.orders owner to {}").format(role))
        with looked_at(source, target, healthy) as sides:
            assert spoken(sides, roles.roles_that_differ) == []
            ((severity, message),) = spoken(sides, roles.owners_without_a_place)
            assert (severity, f"{owner.user} in schema public" in message) == ("blocker", True)
        there.execute(sql.SQL("create role {} connection limit 8").format(role))
        try:
            with looked_at(source, target, healthy) as sides:
                ((severity, message),) = spoken(sides, roles.roles_that_differ)
                assert (severity, owner.user in message) == ("blocker", True)
        finally:
            there.execute(sql.SQL("drop role {}").format(role))


def test_lost_attributes_and_unreadable_passwords_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    with role_of_the_source(source, healthy, "bypassrls") as owner:
        with session(source, healthy) as here:
            here.execute(sql.SQL("alter table public.orders owner to {}").format(sql.Identifier(owner.user)))
        with looked_at(source, target, healthy) as sides:
            assert owner.user in spoken(sides, roles.lost_attributes)[0][1]
            assert spoken(sides, roles.unreadable_passwords) == []
        with (
            role_of_the_source(source, healthy, name="stranger") as stranger,
            looked_at(stranger, target, healthy) as sides,
        ):
            ((severity, message),) = spoken(sides, roles.unreadable_passwords)
            assert (severity, owner.user in message) == ("warning", True)


def test_a_target_login_without_rights_is_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    with session(target) as there:
        there.execute(sql.SQL("create role weak login password {}").format(sql.Literal(PASSWORD)))
        try:
            with (
                role_of_the_source(source, healthy) as owner,
                looked_at(source, replace(target, user="weak"), healthy) as sides,
            ):
                sides.source.execute(
                    sql.SQL("alter table public.orders owner to {}").format(sql.Identifier(owner.user))
                )
                found = spoken(sides, roles.lacking_rights)
                assert [severity for severity, _ in found] == ["blocker", "blocker"]
                assert owner.user in found[0][1]
        finally:
            there.execute("drop role weak")


def test_locales_and_sort_orders_that_differ_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looked_at(source, target, healthy) as sides:
        monkeypatch.setattr(texts, "KNOWN", "select 'de_DE.utf8'")
        ((severity, message),) = spoken(sides, texts.missing_locale)
        assert (severity, "C.UTF-8" in message) == ("blocker", True)
        monkeypatch.setattr(texts, "KNOWN", "select 'C.utf8'")
        assert spoken(sides, texts.missing_locale) == []

        query = "select 'libc de_DE', {} from (select %s::text[], %s::text) asked"
        monkeypatch.setattr(texts, "VERSIONS", query.format("pg_backend_pid()::text"))
        ((severity, message),) = spoken(sides, texts.other_sort_order)
        assert (severity, "libc de_DE" in message) == ("warning", True)
        monkeypatch.setattr(texts, "VERSIONS", query.format("'2.36'"))
        assert spoken(sides, texts.other_sort_order) == []


def test_server_settings_that_differ_are_told_unless_the_database_has_its_own(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str
) -> None:
    with session(source) as connection:
        connection.execute("alter system set timezone = 'Asia/Tokyo'")
        connection.execute("select pg_reload_conf()")
        try:
            with looked_at(source, target, healthy) as sides:
                ((severity, message),) = _eventually(sides)
                assert (severity, "Asia/Tokyo" in message) == ("warning", True)
                connection.execute(
                    sql.SQL("alter database {} set timezone = 'UTC'").format(sql.Identifier(healthy))
                )
                assert spoken(sides, texts.other_settings) == []
        finally:
            connection.execute("alter system reset timezone")
            connection.execute("select pg_reload_conf()")


def _eventually(sides: Sides) -> list[tuple[str, str]]:
    """The server takes a moment to read its configuration."""
    for _ in range(100):
        if found := spoken(sides, texts.other_settings):
            return found
    return []


def test_servers_with_too_few_connections_are_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looked_at(source, target, healthy) as sides:
        monkeypatch.setattr(connections, "NEEDED", 10_000)
        found = spoken(sides, connections.too_few_connections)
        assert [severity for severity, _ in found] == ["blocker", "blocker"]
        monkeypatch.setattr(connections, "NEEDED", 97)
        found = spoken(sides, connections.too_few_connections)
        assert [severity for severity, _ in found] == ["warning", "warning"]
        monkeypatch.setattr(connections, "LIMITS", "select 1000, 2000")
        ((severity, message),) = spoken(sides, connections.crowded_target)
        assert (severity, "2000 connections" in message) == ("warning", True)


def test_a_source_that_is_too_old_is_told(
    source: DatabaseAccess, target: DatabaseAccess, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looked_at(source, target, healthy) as sides:
        monkeypatch.setattr(versions, "OLDEST", 99)
        ((severity, message),) = spoken(sides, versions.old_source)
    assert (severity, "lies on PostgreSQL" in message) == ("blocker", True)


def test_every_rule_is_asked() -> None:
    modules = (connections, extensions, left_behind, readable, roles, texts, versions)
    known = {
        rule
        for module in modules
        for name, rule in vars(module).items()
        if isinstance(rule, Naming)
        or (
            getattr(rule, "__module__", "") == module.__name__
            and not name.startswith("_")
            and "sides" in getattr(rule, "__annotations__", {})
        )
    }
    assert known == set(RULES)
