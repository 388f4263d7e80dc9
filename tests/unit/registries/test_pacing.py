"""A registry is asked no faster than it likes, and the log says why."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import httpx
import pytest

from include.errors import TemporaryError
from include.registries.pacing import LONGEST_PAUSE_SECONDS, Pacer, pacer_of
from include.registries.quota import Quota, read_quota, retry_after


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pacer(clock: Clock) -> Pacer:
    return Pacer("registry.test", clock=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"},
            Quota(76, 100, 21600),
            id="Docker Hub",
        ),
        pytest.param(
            {"RateLimit-Limit": "10, 10;w=1, 50;w=60", "RateLimit-Remaining": "9", "RateLimit-Reset": "4"},
            Quota(9, 10, 4),
            id="the drafts before",
        ),
        pytest.param({"RateLimit": '"default";r=50;t=30'}, Quota(50, None, 30), id="one field"),
        pytest.param({"RateLimit-Remaining": "many"}, None, id="no number"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_a_quota_is_read_in_every_form(headers: dict[str, str], expected: Quota | None) -> None:
    assert read_quota(httpx.Headers(headers)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30", 30), ("Fri, 27 Nov 2026 12:01:30 GMT", 90), ("Fri, 27 Nov 2026 11:00:00 GMT", 0), ("soon", None)],
)
def test_the_wait_that_is_asked_for_is_seconds_or_a_moment(text: str, expected: float | None) -> None:
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)

    assert retry_after({"Retry-After": text}, noon) == expected


def test_a_registry_that_tells_nothing_is_asked_at_once(pacer: Pacer, clock: Clock) -> None:
    for _ in range(50):
        pacer.wait(is_counted=True)
        pacer.note(200, {})

    assert clock.slept == []


def test_all_threads_wait_as_long_as_a_429_asks(
    pacer: Pacer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pacer.note(429, {"Retry-After": "30"})

    pacer.wait(is_counted=False)

    assert clock.slept == [30]
    assert "Registry registry.test: it asks to wait; waiting 30 s" in caplog.text


def test_it_slows_down_before_the_limit(pacer: Pacer, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pacer.note(200, {"RateLimit-Limit": "100;w=60", "RateLimit-Remaining": "50;w=60"})
    pacer.wait(is_counted=True)
    pacer.wait(is_counted=True)
    assert clock.slept == []

    pacer.note(200, {"RateLimit-Limit": "100;w=60", "RateLimit-Remaining": "12;w=60"})
    for _ in range(3):
        pacer.wait(is_counted=True)

    assert clock.slept == [5, 5]
    assert "12 of 100 requests are left for the next 1 min; waiting 5 s" in caplog.text


def test_a_pause_is_never_long_while_something_is_left(pacer: Pacer, clock: Clock) -> None:
    pacer.note(200, {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "1;w=21600"})
    pacer.wait(is_counted=True)
    pacer.wait(is_counted=True)

    assert clock.slept == [LONGEST_PAUSE_SECONDS]


def test_a_quota_used_up_for_hours_ends_the_task_and_names_the_remedy(pacer: Pacer, clock: Clock) -> None:
    pacer.note(200, {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600"})

    with pytest.raises(
        TemporaryError, match=r"0 of 100 requests are left for the next 6 h; name a connection with a login"
    ):
        pacer.wait(is_counted=True)
    assert clock.slept == []


def test_what_is_not_counted_goes_on_without_quota(pacer: Pacer, clock: Clock) -> None:
    pacer.note(200, {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600"})

    pacer.wait(is_counted=False)

    assert clock.slept == []


def test_a_quota_used_up_for_seconds_is_waited_for(pacer: Pacer, clock: Clock) -> None:
    pacer.note(200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "20"})

    pacer.wait(is_counted=True)

    assert clock.slept == [20]


def test_one_host_has_one_pacer() -> None:
    assert pacer_of("one.test") is pacer_of("one.test")
    assert pacer_of("one.test") is not pacer_of("two.test")
