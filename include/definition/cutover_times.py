"""Say when a cutover may begin."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from include.definition.parts import Part, Text

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day; write HH:MM, e.g. 22:30") from None
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone; write one such as Europe/Berlin or UTC") from None
    return text


Clock = Annotated[str, AfterValidator(_clock)]
Zone = Annotated[str, AfterValidator(_zone)]


class Window(Part):
    """Name hours in which a cutover may begin; one that ends before it begins goes past midnight."""

    days: list[Day] = Field(default_factory=list, description="days on which it begins; none: every day")
    start: Clock = Field(description="time of day from which on a cutover may begin, e.g. `22:00`")
    end: Clock = Field(description="time of day from which on none may begin any more, e.g. `04:00`")
    time_zone: Zone = Field(default="UTC", description="time zone of both, e.g. `Europe/Berlin`")

    def contains(self, moment: datetime) -> bool:
        """Say whether a moment, given with its time zone, lies in the window."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        is_today, is_yesterday = self._has(local.weekday()), self._has(local.weekday() - 1)
        if start < end:
            return is_today and start <= local.time() < end
        return (is_today and local.time() >= start) or (is_yesterday and local.time() < end)

    def text(self) -> str:
        """Return e.g. `sat, sun from 22:00 to 04:00 Europe/Berlin`."""
        return f"{', '.join(self.days) or 'every day'} from {self.start} to {self.end} {self.time_zone}"

    def _has(self, day: int) -> bool:
        return not self.days or DAYS[day] in self.days


class Freeze(Part):
    """Name days on which no cutover may begin."""

    first: date = Field(description="first day, e.g. `2026-12-20`")
    last: date = Field(description="last day, which is frozen, too")
    reason: Text = Field(description="why, e.g. `year-end closing`; who starts a cutover reads it")
    time_zone: Zone = Field(default="UTC", description="time zone in which the days begin and end")

    @model_validator(mode="after")
    def _is_ordered(self) -> Freeze:
        if self.last < self.first:
            raise ValueError(f"last day {self.last} lies before the first, {self.first}; swap them")
        return self

    def contains(self, moment: datetime) -> bool:
        """Say whether a moment, given with its time zone, is frozen."""
        return self.first <= moment.astimezone(ZoneInfo(self.time_zone)).date() <= self.last
