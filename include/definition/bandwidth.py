"""Describe how much of a line a copy may take, and when."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from include.definition.parts import Part

CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
RATE = re.compile(r"(?P<amount>[0-9]+(\.[0-9]+)?) ?(?P<unit>[kMG](B|bit))/s")
FACTORS = {"k": 10**3, "M": 10**6, "G": 10**9}
BITS_OF_A_BYTE = 8


def bytes_per_second(rate: str) -> int:
    """Return a rate such as `20MB/s` or `200Mbit/s` in bytes per second.

    :raises ValueError: when it is none, or less than a byte.
    """
    found = RATE.fullmatch(rate)
    size = float(found["amount"]) * FACTORS[found["unit"][0]] if found else 0.0
    if found and found["unit"].endswith("bit"):
        size /= BITS_OF_A_BYTE
    if size < 1:
        raise ValueError(
            f"{rate!r} is not a rate; write a number above 0 with kB/s, MB/s, GB/s, kbit/s, Mbit/s or Gbit/s, e.g. 20MB/s"
        )
    return int(size)


def _rate(text: str) -> str:
    bytes_per_second(text)
    return text


def _clock_time(value: object) -> object:
    if not isinstance(value, str) or not CLOCK_TIME.fullmatch(value):
        # YAML reads 22:00 without quotes as the number 1320.
        raise ValueError(
            f'{value!r} is not a time of day; write hours and minutes in quotes, "00:00" to "23:59"'
        )
    return value


Rate = Annotated[str, AfterValidator(_rate)]
ClockTime = Annotated[str, BeforeValidator(_clock_time)]


class BandwidthWindow(Part):
    """Set another limit for some hours of each day."""

    start: ClockTime = Field(alias="from", description='when it begins, in UTC, quoted, e.g. "22:00"')
    end: ClockTime = Field(
        alias="to", description='when it ends, in UTC; before `from` it is the next day\'s, e.g. "06:00"'
    )
    limit: Rate | None = Field(
        default=None, description="rate during these hours, e.g. 200MB/s; left out: as fast as it goes"
    )

    @model_validator(mode="after")
    def _has_a_length(self) -> BandwidthWindow:
        if self.start == self.end:
            raise ValueError(f"begins and ends at {self.start}; for a whole day leave the window out")
        return self


class Bandwidth(Part):
    """Limit the rate of a copy, all its tasks together."""

    limit: Rate | None = Field(
        default=None,
        description="rate outside of `windows`, e.g. 20MB/s or 200Mbit/s; left out: as fast as it goes",
    )
    windows: list[BandwidthWindow] = Field(
        default_factory=list, description="hours with another limit; of two at one time the first counts"
    )
