"""A bandwidth says at each moment how fast a copy may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from include.bandwidth import limit_at
from include.definition.bandwidth import Bandwidth, bytes_per_second

NIGHT = {"from": "22:00", "to": "06:00", "limit": "200MB/s"}
NOON = {"from": "12:00", "to": "13:00"}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 27, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("20MB/s", 20_000_000),
        ("1.5 GB/s", 1_500_000_000),
        ("800kbit/s", 100_000),
        ("200Mbit/s", 25_000_000),
        ("64kB/s", 64_000),
    ],
)
def test_a_rate_is_in_bytes_or_bits(rate: str, expected: int) -> None:
    assert bytes_per_second(rate) == expected


@pytest.mark.parametrize("rate", ["20", "20MB", "0MB/s", "0.0001kB/s", "-1MB/s", "20mb/s", "20MiB/s", "fast"])
def test_what_is_no_rate_is_refused_with_the_units(rate: str) -> None:
    with pytest.raises(ValidationError, match=r"is not a rate; write a number above 0 with kB/s"):
        Bandwidth.model_validate({"limit": rate})


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(21, 59), 20_000_000),
        (at(22), 200_000_000),
        (at(0), 200_000_000),
        (at(5, 59), 200_000_000),
        (at(6), 20_000_000),
        (at(12, 30), None),
        (at(13), 20_000_000),
    ],
)
def test_a_window_holds_from_its_beginning_until_before_its_end(
    moment: datetime, expected: int | None
) -> None:
    bandwidth = Bandwidth.model_validate({"limit": "20MB/s", "windows": [NIGHT, NOON]})

    assert limit_at(bandwidth, moment) == expected


def test_windows_are_in_utc_whatever_the_moments_zone() -> None:
    bandwidth = Bandwidth.model_validate({"windows": [NIGHT]})
    berlin = timezone(timedelta(hours=1))

    assert limit_at(bandwidth, datetime(2026, 11, 27, 22, 30, tzinfo=berlin)) is None
    assert limit_at(bandwidth, datetime(2026, 11, 27, 23, 0, tzinfo=berlin)) == 200_000_000


def test_of_two_windows_at_one_time_the_first_counts() -> None:
    late = {"from": "23:00", "to": "23:30", "limit": "1MB/s"}

    assert limit_at(Bandwidth.model_validate({"windows": [NIGHT, late]}), at(23, 10)) == 200_000_000
    assert limit_at(Bandwidth.model_validate({"windows": [late, NIGHT]}), at(23, 10)) == 1_000_000


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ({"from": 1320, "to": "06:00"}, "1320 is not a time of day; write hours and minutes in quotes"),
        ({"from": "24:00", "to": "06:00"}, "'24:00' is not a time of day"),
        ({"from": "7:00", "to": "08:00"}, "'7:00' is not a time of day"),
        ({"from": "06:00", "to": "06:00"}, "begins and ends at 06:00"),
    ],
)
def test_a_window_that_is_none_is_refused(window: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Bandwidth.model_validate({"windows": [window]})
