"""A database of every sort of table arrives equal, whatever happens to the copy on its way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import astuple
from pathlib import Path

import psycopg
import pytest

from include.connections import DatabaseAccess
from include.databases.fingerprint import differences
from include.databases.postgresql.copier import PostgresqlCopier
from include.databases.postgresql.pieces import cut
from include.databases.postgresql.session import session, value
from include.databases.postgresql.steps import open_steps
from include.databases.postgresql.tables import list_tables
from include.databases.postgresql.whole_copy import WholeCopy
from tests.contract.postgresql import copy_once

ESTATE = (Path(__file__).parent / "estate.sql").read_text()
PIECE = 256 * 1024


@pytest.fixture
def copier(
    source: DatabaseAccess, target: DatabaseAccess, database: str, monkeypatch: pytest.MonkeyPatch
) -> PostgresqlCopier:
    monkeypatch.setattr(WholeCopy, "piece_bytes", PIECE)
    with session(source, database) as connection:
        connection.execute(ESTATE)
    return PostgresqlCopier(source, target, database)


def copy_whole(copier: PostgresqlCopier) -> None:
    with copier.lock(), copier.snapshot() as snapshot:
        copied = copier.copy_all(snapshot, lambda: None)
    assert differences(copied.fingerprint, copier.target_fingerprint()).text() == "nothing"
    with open_steps(copier.target, copier.database) as steps:
        assert steps.done() == {}


def copy_until(copier: PostgresqlCopier, line: str, seconds: float) -> None:
    """Start a copy, and kill it with SIGKILL some time after it has logged a line."""
    order = {
        "source": astuple(copier.source),
        "target": astuple(copier.target),
        "database": copier.database,
        "piece_bytes": PIECE,
    }
    command = [sys.executable, "-m", copy_once.__name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(order))
        process.stdin.close()
        seen = next((text for text in process.stdout if line in text), None)
        assert seen, f"the copy never came to {line!r}"
        time.sleep(seconds)
        process.kill()
    assert process.returncode == -9


def done_steps(copier: PostgresqlCopier) -> set[str]:
    with open_steps(copier.target, copier.database) as steps:
        return set(steps.done())


def test_every_sort_of_table_arrives_equal(copier: PostgresqlCopier, database: str) -> None:
    with session(copier.source, database) as source:
        big = next(table for table in list_tables(source) if table.name == "public.big")
    assert len(cut(big, WholeCopy.piece_bytes)) > 5
    copy_whole(copier)
    with session(copier.target, database) as target:
        assert value(target, "select count(*) from public.big") == 32000
        assert value(target, "select n from public.totals") == 20000
        assert value(target, "select count(*) from pg_largeobject_metadata") == 152
        assert value(target, 'select kind::text from public."Weird ""Name""" where "Id" = 1') == "public.big"
        # whoever is served by the target gets the next number, not one that is taken
        assert value(target, "insert into public.big (filler) values ('new') returning id") == 40001


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Made the definitions", 0),
        ("Made the definitions", 0.1),
        ("Copied table public.keyless", 0),
        ("Copied table public.big", 0),
        ("goes on to its indexes", 0),
        ("goes on to its indexes", 0.15),
        ("goes on to its indexes", 0.4),
        ("goes on to its sequences", 0),
    ],
)
def test_a_copy_that_was_killed_goes_on_and_ends_equal(
    copier: PostgresqlCopier, line: str, seconds: float
) -> None:
    copy_until(copier, line, seconds)
    copy_whole(copier)


def test_tables_that_were_copied_are_not_copied_again(
    copier: PostgresqlCopier, caplog: pytest.LogCaptureFixture
) -> None:
    copy_until(copier, "Copied table public.big", 0)
    done = {step.removeprefix("table ") for step in done_steps(copier) if step.startswith("table ")}
    assert "public.big" in done

    with caplog.at_level("INFO"):
        copy_whole(copier)

    again = {
        text.removeprefix("Copied table ") for text in caplog.messages if text.startswith("Copied table")
    }
    assert not again & done
    assert f"{len(done)} of {len(done)} tables of a former try are as they were" in caplog.messages


@pytest.mark.parametrize("line", ["Copied table public.big", "goes on to its indexes"])
def test_what_changed_between_two_tries_is_copied_again(
    copier: PostgresqlCopier, database: str, line: str
) -> None:
    copy_until(copier, line, 0.1)
    with session(copier.source, database) as source:
        source.execute("set search_path = public")
        source.execute("update big set filler = 'changed' where id = 1; delete from hens where id = 2")
        source.execute("insert into visits values ('2024-02-02', 'late'); select lo_unlink(777778)")
    copy_whole(copier)


def test_changed_rows_of_tables_that_reference_each_other_are_copied_again_without_a_superuser(
    copier: PostgresqlCopier, database: str
) -> None:
    copy_whole(copier)
    with session(copier.source, database) as source:
        source.execute("set search_path = public")
        source.execute(
            "insert into eggs values (7, 1); insert into hens values (7, 7); delete from hens where id = 2"
        )
        source.execute("comment on constraint hens_egg_fkey on hens is 'laid by'")
    with session(copier.target, database) as target:
        target.execute("comment on constraint hens_egg_fkey on public.hens is 'laid by'")
    with copier.lock(), copier.snapshot() as snapshot:
        wanted = snapshot.fingerprint()
        changed = differences(wanted, copier.target_fingerprint())
        assert set(changed.tables) == {"public.eggs", "public.hens"}
        copier.copy_changed(snapshot, wanted, changed)
        assert differences(wanted, copier.target_fingerprint()).text() == "nothing"


def test_a_definition_that_changed_between_two_tries_makes_the_target_anew(
    copier: PostgresqlCopier, database: str
) -> None:
    copy_until(copier, "Copied table public.big", 0)
    with session(copier.source, database) as source:
        source.execute("alter table public.big add column more integer default 7")
    copy_whole(copier)


def test_a_second_copy_ends_what_a_killed_one_left_running(copier: PostgresqlCopier, database: str) -> None:
    copy_until(copier, "goes on to its indexes", 0)
    with session(copier.target, database) as left:
        left.execute("begin")
        left.execute("lock table public.big")
        copy_whole(copier)
        with pytest.raises(psycopg.errors.AdminShutdown):
            left.execute("select 1")
