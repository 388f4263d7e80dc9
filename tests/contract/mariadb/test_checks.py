"""Checks by SQL against two real MariaDB servers: what they answer, what they may not do, and what ends them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from include.definition import SqlCheck
from include.verification.checks.probe import NoAnswerError
from include.verification.checks.sql import SqlProbe
from tests.builders.served_databases import served_run
from tests.contract.mariadb.conftest import Pair


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("insert into items (name) values ('x')", "READ ONLY"),
        ("select sleep(5) from items", "max_statement_time"),
    ],
)
def test_a_query_cannot_write_nor_take_too_long(tmp_path: Path, pair: Pair, query: str, problem: str) -> None:
    pair.both("create table items (id int auto_increment primary key, name varchar(100))")
    pair.both("insert into items (name) values ('first')")
    run = served_run(tmp_path, pair.origin.access, pair.destination.access, pair.database)
    check = SqlCheck(database="orders", query=query, expect="1", timeout_seconds=0.2)
    with closing(SqlProbe(run, check)) as probe, pytest.raises(NoAnswerError, match=problem):
        probe.ask("target")


def test_both_sides_answer(tmp_path: Path, pair: Pair) -> None:
    pair.both("create table items (id int auto_increment primary key, name varchar(100))")
    run = served_run(tmp_path, pair.origin.access, pair.destination.access, pair.database)
    check = SqlCheck(database="orders", query="select count(*) from items", same_as_source=True)
    with closing(SqlProbe(run, check)) as probe:
        assert (probe.ask("source"), probe.ask("target"), probe.expected("0")) == ("0", "0", "0")
