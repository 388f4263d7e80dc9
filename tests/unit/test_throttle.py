"""All threads together stay below the rate that holds now."""

from __future__ import annotations

import threading
import time

import pytest

from include.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_without_a_limit_nobody_waits() -> None:
    clock = Clock()
    throttle = Throttle(lambda: None, clock=clock, sleep=clock.sleep)

    for _ in range(100):
        throttle.take(10**9)

    assert clock.now == 0


@pytest.mark.parametrize("piece", [1_000, 250_000, 4_000_000])
def test_bytes_go_at_the_rate_whatever_the_size_of_the_pieces(piece: int) -> None:
    clock = Clock()
    throttle = Throttle(lambda: 1_000_000, clock=clock, sleep=clock.sleep)

    for _ in range(20_000_000 // piece):
        throttle.take(piece)

    assert clock.now == pytest.approx(20, rel=0.05)


def test_time_without_bytes_gives_a_short_burst_only() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 1_000_000, clock=clock, sleep=clock.sleep)
    clock.now = 3600

    throttle.take(2_000_000)

    assert clock.now == pytest.approx(3601.5)


def test_a_rate_that_ends_lets_the_sleeper_go() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 1_000 if clock.now < 10 else None, clock=clock, sleep=clock.sleep)

    throttle.take(3_600_000)

    assert clock.now == pytest.approx(10)


def test_a_window_that_opens_frees_those_who_wait() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 1 if clock.now < 10 else 1000, clock=clock, sleep=clock.sleep)

    throttle.take(1000)

    assert clock.now < 12


def test_a_stream_goes_at_the_rate_with_blocks_of_any_size() -> None:
    clock = Clock()

    blocks = list(Throttle(lambda: 10, clock=clock, sleep=clock.sleep).stream([bytes(120), b"end"]))

    assert blocks == [bytes(120), b"end"]
    assert clock.now == pytest.approx(12.3)


def test_threads_share_the_rate() -> None:
    throttle = Throttle(lambda: 1_000_000)
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: [throttle.take(50_000) for _ in range(4)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 0.6 < time.monotonic() - began < 3
