from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from include.cutover.beginning import refuse_now, why_not
from include.definition import Definition
from include.errors import PermanentError
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run

NIGHTS = {"days": ["fri", "sat"], "start": "22:00", "end": "04:00", "time_zone": "Europe/Berlin"}
MORNINGS = {"start": "06:00", "end": "07:30"}
CLOSING = {"first": "2026-12-20", "last": "2027-01-06", "reason": "year-end closing"}


def with_times(**times: Any) -> Definition:
    return definition(lambda document: document["cutover"].update(times))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "may_begin"),
    [
        ("2026-11-27T22:00:00+01:00", True),  # a Friday
        ("2026-11-27T21:59:59+01:00", False),
        ("2026-11-28T03:59:00+01:00", True),
        ("2026-11-28T04:00:00+01:00", False),
        ("2026-11-29T03:00:00+01:00", True),  # Sunday, but Saturday's night
        ("2026-11-29T23:00:00+01:00", False),
        ("2026-11-27T21:30:00+00:00", True),  # half past ten in Berlin
    ],
)
def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins(moment: str, may_begin: bool) -> None:
    assert (why_not(with_times(windows=[NIGHTS]), at(moment)) == "") is may_begin


def test_one_window_of_several_is_enough() -> None:
    settings = with_times(windows=[NIGHTS, MORNINGS])
    assert why_not(settings, at("2026-11-25T06:15:00+00:00")) == ""
    assert why_not(settings, at("2026-11-25T08:00:00+00:00")) == (
        "cutover.windows has fri, sat from 22:00 to 04:00 Europe/Berlin; every day from 06:00 to 07:30 UTC"
    )


def test_frozen_days_are_frozen_within_a_window_too() -> None:
    settings = with_times(windows=[MORNINGS], freezes=[CLOSING])
    assert "year-end closing" in why_not(settings, at("2027-01-06T06:15:00+00:00"))
    assert why_not(settings, at("2027-01-07T06:15:00+00:00")) == ""


def test_without_windows_any_time_will_do(tmp_path: Path) -> None:
    refuse_now(lab_run(tmp_path))


def test_the_refusal_says_why_and_that_nothing_was_stopped(tmp_path: Path) -> None:
    run = lab_run(tmp_path, definition=with_times(freezes=[CLOSING]))
    with pytest.raises(PermanentError, match=r"year-end closing \(nothing was stopped"):
        refuse_now(run, at("2026-12-24T12:00:00+00:00"))
