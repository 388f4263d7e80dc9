"""All threads of a copy together keep to a rate, which may change meanwhile."""

from __future__ import annotations

from include.objects.throttle import Throttle


class Clock:
    """Move on only when somebody sleeps."""

    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds


def test_what_is_taken_is_paid_for_in_time() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 100, clock=clock, sleep=clock.sleep)

    for _ in range(10):
        throttle.take(50)

    assert 4.9 <= clock.moment <= 5.1


def test_a_block_larger_than_a_second_of_the_rate_passes_late() -> None:
    clock = Clock()

    list(Throttle(lambda: 10, clock=clock, sleep=clock.sleep).stream([bytes(120)]))

    assert 11.9 < clock.moment < 12.1


def test_time_without_traffic_is_not_saved_for_long() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 100, clock=clock, sleep=clock.sleep)
    clock.moment = 3600.0

    throttle.take(300)

    assert 3601.9 < clock.moment < 3602.1


def test_a_window_that_opens_frees_those_who_wait() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 1 if clock.moment < 10 else 1000, clock=clock, sleep=clock.sleep)

    throttle.take(1000)

    assert clock.moment < 12


def test_without_a_limit_nobody_waits() -> None:
    clock = Clock()
    Throttle(lambda: None, clock=clock, sleep=clock.sleep).take(10**12)
    assert clock.moment == 0
