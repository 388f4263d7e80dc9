"""A follower that is killed at any moment, again and again, loses nothing and doubles nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import asdict

import pytest

from tests.conftest import ROOT
from tests.contract.mariadb.conftest import ITEMS, Pair, writer

KILLS = 10


def test_a_follower_that_is_killed_again_and_again_loses_and_doubles_nothing(
    pair: Pair, record_property: pytest.RecordProperty
) -> None:
    pair.both(
        ITEMS,
        "create table doubled (at datetime(6), name varchar(100)) character set utf8mb4",
        "create trigger once after insert on items for each row insert into doubled values (now(6), new.name)",
    )
    follower = pair.follower()
    follower.begin(follower.prepare())
    dice = random.Random()
    turns = 0
    with writer(pair):
        for _ in range(KILLS):
            turns += run_and_kill(pair, seconds=dice.uniform(0.1, 2.0))
    applied = follower.apply(follower.end_position(), seconds=120)
    follower.finish()

    assert turns > KILLS, "the killed processes got nothing done"
    assert applied.is_complete
    written = pair.origin.rows("select count(*) from doubled", pair.database)[0][0]
    record_property("rows", written)
    assert written > 100
    assert pair.differences() == "nothing"


def run_and_kill(pair: Pair, seconds: float) -> int:
    """Follow in a process of its own until it is killed, counted from its first turn; return its turns."""
    told = {
        "origin": asdict(pair.origin.access),
        "destination": asdict(pair.destination.access),
        "database": pair.database,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contract.mariadb.following_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(told))
        process.stdin.close()
        first = process.stdout.readline()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        return len([first, *process.stdout.readlines()])
