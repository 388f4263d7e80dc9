"""Databases that are copied and followed on the lab's real servers."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.fingerprint import Differences, differences
from include.databases.postgresql.copier import PostgresqlCopier
from include.databases.postgresql.following import PostgresqlFollower
from include.databases.postgresql.session import connect, session

TABLES = """
create table customers (id bigint generated always as identity primary key, name text not null, note text);
create table orders (id serial primary key, customer bigint not null references customers on delete cascade,
    amount numeric(12, 2) not null, twice numeric generated always as (amount * 2) stored, tags text[], at timestamptz default now(),
    body jsonb, picture bytea);
create table tree (id int primary key, parent int references tree);
create table plain (word text, number double precision);
alter table plain replica identity full;
create table parts (day date not null, id int not null, primary key (day, id)) partition by range (day);
create table parts_1 partition of parts for values from ('2026-01-01') to ('2026-07-01');
create table parts_2 partition of parts for values from ('2026-07-01') to ('2027-01-01');
create table "Odd ""Name" ("key" int, "Sel ect" text, primary key ("key"));
create table places (n int unique deferrable initially immediate, id int primary key);
create table log (id bigserial primary key, text text);
create function noted() returns trigger language plpgsql as
    $$ begin insert into public.log (text) values (new.name); return new; end $$;
create trigger noting after insert on customers for each row execute function noted();
insert into customers (name, note) select 'customer ' || n, repeat(md5(n::text), 400) from generate_series(1, 200) n;
insert into orders (customer, amount) select 1 + n % 200, n from generate_series(1, 2000) n;
insert into plain select 'word', 0.1 from generate_series(1, 5);
insert into places select n, n from generate_series(1, 5) n;
"""


@dataclass
class Pair:
    """One database on both servers."""

    source: DatabaseAccess
    target: DatabaseAccess
    database: str

    @property
    def copier(self) -> PostgresqlCopier:
        return PostgresqlCopier(self.source, self.target, self.database)

    def follower(self, expected: dict[str, str] | None = None) -> PostgresqlFollower:
        return PostgresqlFollower(self.source, self.target, self.database, expected)

    def run(self, *statements: str, on_target: bool = False) -> None:
        with session(self.target if on_target else self.source, self.database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str, *, on_target: bool = False) -> list[tuple[Any, ...]]:
        with session(self.target if on_target else self.source, self.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def copied(self) -> str:
        """Copy everything as the product does, and return the position of the copy."""
        with self.copier.snapshot() as snapshot:
            position = snapshot.position()
            self.copier.copy_all(snapshot, lambda: None)
            return position

    def differences(self) -> Differences:
        with self.copier.snapshot() as snapshot:
            return differences(snapshot.fingerprint(), self.copier.target_fingerprint())


@contextmanager
def made_pair(source: DatabaseAccess, target: DatabaseAccess, database: str) -> Generator[Pair]:
    pair = Pair(source, target, database)
    name = sql.Identifier(database)
    with session(source) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
    try:
        pair.run(f"set search_path = public; {TABLES}")
        yield pair
    finally:
        for follower in (pair.follower(), PostgresqlFollower(target, source, database)):
            follower.drop()
            follower.close()
        for access in (source, target):
            with session(access) as connection:
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))


@contextmanager
def lab_pair(connections: dict[str, dict[str, Any]]) -> Generator[Pair]:
    """Make a database of its own on the lab's source."""
    source, target = (_access(connections[name]) for name in ("source_postgres", "target_postgres"))
    with made_pair(source, target, f"follow_{uuid.uuid4().hex[:8]}") as made:
        yield made


def _access(document: dict[str, Any]) -> DatabaseAccess:
    return DatabaseAccess(
        "postgresql", document["host"], document["port"], document["login"], document["password"]
    )


@dataclass
class Writer:
    """Write at a steady rate, as applications do: small transactions, sometimes several rows."""

    pair: Pair
    rate: float
    on_target: bool = False
    written: int = 0
    errors: list[BaseException] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Generator[Writer]:
        stopped = threading.Event()
        thread = threading.Thread(target=self._run, args=(stopped,))
        thread.start()
        try:
            yield self
        finally:
            stopped.set()
            thread.join()
        assert not self.errors, self.errors

    def _run(self, stopped: threading.Event) -> None:
        try:
            access = self.pair.target if self.on_target else self.pair.source
            with connect(access, self.pair.database) as connection:
                connection.execute("set search_path = public")
                self._write(connection, stopped)
        except BaseException as error:
            self.errors.append(error)

    def _write(self, connection: psycopg.Connection[Any], stopped: threading.Event) -> None:
        started, choose = time.monotonic(), random.Random(7)
        while not stopped.is_set():
            behind = int((time.monotonic() - started) * self.rate) - self.written
            if behind <= 0:
                time.sleep(0.002)
                continue
            for _ in range(min(behind, 50)):
                connection.execute(*self._statement(choose))
                self.written += 1

    def _statement(self, choose: random.Random) -> tuple[Any, tuple[Any, ...]]:
        customer = choose.randint(1, 200)
        kind = choose.random()
        if kind < 0.5:
            return "insert into orders (customer, amount, tags, body) values (%s, %s, %s, '{\"a\": 1}')", (
                customer,
                choose.randint(1, 10**6) / 100,
                ["a", None, 'x"\\'],
            )
        if kind < 0.8:
            return "update customers set name = name || '.' where id = %s", (customer,)
        if kind < 0.9:
            return "delete from orders where id = (select min(id) from orders)", ()
        return "insert into customers (name) values (%s)", ("n\u00e9w\t\n",)
