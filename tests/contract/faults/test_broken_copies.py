"""A copy whose server dies, or whose login ends, midway: a clear error, and the next try ends equal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import pytest

from include.errors import MigrationError, PermanentError, TemporaryError
from lab.toxiproxy import Toxiproxy
from tests.builders.moves import SmallMove
from tests.contract.faults.conftest import ENGINES, Sides, lead_over

# Of each connection: with these, each of the things to move takes several seconds.
MEGABITS = {"postgresql": 8, "mariadb": 8, "bucket": 4, "image": 40}
SECONDS_BEFORE = 2.0
SECONDS_AWAY = 15.0
# Airflow's first retry comes after five seconds, and there are eight.
SECONDS_BETWEEN_TRIES = 5.0
MOST_TRIES = 9
OTHER_PASSWORD = "Sesame-open-2"


@contextmanager
def midway(act: Callable[[], object]) -> Generator[None]:
    """Do something to what the block is at."""
    acting = threading.Timer(SECONDS_BEFORE, act)
    acting.start()
    try:
        yield
    finally:
        acting.join()


@pytest.mark.parametrize("victim", ["source", "target"])
@pytest.mark.parametrize("kind", ENGINES, indirect=True)
def test_a_server_that_is_killed_during_a_dump_is_copied_into_again(
    move: SmallMove, sides: Sides, proxy: Toxiproxy, victim: str
) -> None:
    line = lead_over(proxy, move, "source")
    line.narrow(MEGABITS[move.kind])
    server = sides.source if victim == "source" else sides.target
    with midway(server.kill), pytest.raises(TemporaryError):
        move.copy()
    with pytest.raises(MigrationError):
        move.prove()
    line.heal()
    server.start()
    move.copy()
    move.prove()


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ["bucket", "image"], indirect=True)
def test_a_login_that_ends_midway_is_refused_and_a_new_one_goes_on(
    move: SmallMove, sides: Sides, proxy: Toxiproxy, side: str
) -> None:
    line = lead_over(proxy, move, side)
    line.narrow(MEGABITS[move.kind])
    server = sides.source if side == "source" else sides.target
    with midway(lambda: server.change_login(OTHER_PASSWORD)), pytest.raises(PermanentError, match="login"):
        move.copy()
    line.heal()
    with pytest.raises(PermanentError, match="login"):
        move.copy()
    with pytest.raises(MigrationError):
        move.prove()
    move.connections[move.sides[side]]["password"] = OTHER_PASSWORD
    move.copy()
    move.prove()


@pytest.mark.parametrize("kind", ["bucket", "image"], indirect=True)
def test_a_store_that_is_away_for_a_while_is_waited_for(
    move: SmallMove, sides: Sides, proxy: Toxiproxy
) -> None:
    line = lead_over(proxy, move, "target")
    line.narrow(MEGABITS[move.kind])
    back = threading.Timer(SECONDS_BEFORE + SECONDS_AWAY, sides.target.start)
    back.start()
    try:
        with midway(sides.target.kill):
            tries = copy_as_often_as_airflow(move)
    finally:
        back.join()
    assert tries > 1, "the store came back before anybody missed it"
    move.prove()


def copy_as_often_as_airflow(move: SmallMove) -> int:
    """Copy until it is done; return how many tries it took. What no retry changes is raised."""
    for number in range(1, MOST_TRIES):
        with suppress(TemporaryError):
            move.copy()
            return number
        time.sleep(SECONDS_BETWEEN_TRIES)
    raise AssertionError(f"not copied in {MOST_TRIES} tries")
