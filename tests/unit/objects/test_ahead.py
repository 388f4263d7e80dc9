"""Results come in order, few items are worked on at once, and room is always given back."""

from __future__ import annotations

import random
import time
from contextlib import closing
from threading import Lock, Semaphore

import pytest

from include.objects.ahead import run_ahead

MOST = 4


def test_results_come_in_the_order_of_their_items_and_few_are_worked_on_at_once() -> None:
    lock, working, most_seen = Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal working, most_seen
        with lock:
            working += 1
            most_seen = max(most_seen, working)
        time.sleep(random.Random(number).random() / 100)
        with lock:
            working -= 1
        return number

    assert list(run_ahead(work, range(40), MOST, Semaphore(16))) == list(range(40))
    assert 1 < most_seen <= MOST


@pytest.mark.parametrize("room", [1, 2, 16])
def test_what_several_callers_share_is_neither_exceeded_nor_lost(room: int) -> None:
    shared = Semaphore(room)
    streams = [run_ahead(str, range(9), MOST, shared), run_ahead(str, range(9), MOST, shared)]
    for stream in streams:
        assert len(list(stream)) == 9
    assert _free(shared) == room


def test_an_error_is_raised_in_its_turn_and_gives_room_back() -> None:
    shared, found = Semaphore(16), []

    def work(number: int) -> int:
        if number == 5:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="5"), closing(run_ahead(work, range(40), MOST, shared)) as stream:
        found.extend(stream)
    assert _free(shared) == 16


def test_a_reader_that_stops_gives_room_back() -> None:
    shared = Semaphore(16)
    with closing(run_ahead(str, range(40), MOST, shared)) as stream:
        assert next(stream) == "0"
    assert _free(shared) == 16


def _free(room: Semaphore) -> int:
    count = 0
    while room.acquire(blocking=False):
        count += 1
    return count
