"""Checks by SQL against two real servers: what they answer, what they may not do, and what ends them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from include.connections import DatabaseAccess
from include.databases.postgresql.session import session
from include.definition import SqlCheck
from include.verification.checks.latencies import measure
from include.verification.checks.probe import NoAnswerError
from include.verification.checks.sql import SqlProbe
from tests.builders.served_databases import served_run


@pytest.fixture
def probe_of(tmp_path: Path, source: DatabaseAccess, target: DatabaseAccess, database: str) -> Any:
    with session(target) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    run = served_run(tmp_path, source, target, database)
    return lambda query, **fields: closing(
        SqlProbe(run, SqlCheck(database="orders", query=query, expect="1", **fields))
    )


def test_both_sides_answer_and_are_measured(probe_of: Any) -> None:
    with probe_of("select 1") as probe:
        assert (probe.ask("source"), probe.ask("target")) == ("1", "1")
        latencies = measure(probe, 10)
    assert (latencies.source.answered, latencies.target.answered) == (10, 10)


def test_a_query_cannot_write(probe_of: Any) -> None:
    with (
        probe_of("create table x as select 1") as probe,
        pytest.raises(NoAnswerError, match="ReadOnlySqlTransaction"),
    ):
        probe.ask("target")


def test_a_query_that_takes_too_long_is_cancelled_and_the_next_has_a_login_again(probe_of: Any) -> None:
    with probe_of("select pg_sleep(5)", timeout_seconds=0.2) as probe:
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="QueryCanceled"):
                probe.ask("target")


def test_a_query_without_a_row_says_so(probe_of: Any) -> None:
    with probe_of("select 1 where false") as probe:
        assert probe.ask("target") == "no row"
