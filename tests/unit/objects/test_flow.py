"""A stream is read no faster than it is worked on, and an error ends it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from include.objects.channel import Channel, ChannelClosedError
from include.objects.flow import WAITING_FOR_EACH_THREAD, run_bounded


def test_every_item_is_worked_on() -> None:
    found: list[int] = []
    run_bounded(found.append, range(1000), 4, name="test")
    assert sorted(found) == list(range(1000))


def test_few_items_wait() -> None:
    read: list[int] = []
    read_while_blocked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    def work(number: int) -> None:
        if number == 0:
            time.sleep(0.2)
            read_while_blocked.append(len(read))

    run_bounded(work, items(), 1, name="test")

    assert read_while_blocked[0] <= WAITING_FOR_EACH_THREAD + 1


def test_the_first_error_stops_what_has_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        run_bounded(work, range(10_000), 1, name="test")
    assert len(begun) <= WAITING_FOR_EACH_THREAD + 1


def test_a_writer_does_not_wait_for_a_reader_that_is_gone() -> None:
    with Channel[int](1) as channel:
        channel.put(1)
    with pytest.raises(ChannelClosedError):
        channel.put(2)
