from __future__ import annotations

import pytest

from lab.migrate.amounts import counted, duration, size, size_of


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (310_000_000, "310 MB"),
        (7_250_000_000, "7.2 GB"),
    ],
)
def test_sizes_have_the_unit_a_person_reads(count: int, text: str) -> None:
    assert size(count) == text


def test_a_share_is_told_in_the_unit_of_the_whole() -> None:
    assert size_of(500_000, 220_000_000) == "0.5 of 220 MB"
    assert size_of(0, 220_000_000) == "0 of 220 MB"


def test_more_than_predicted_is_told_in_its_own_unit() -> None:
    assert size_of(2_000_000_000, 900_000_000) == "2.0 of 0.9 GB"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (250, "4 min 10 s"), (7500, "2 h 05 min")]
)
def test_durations_are_as_exact_as_people_need_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_one_thing_is_not_plural() -> None:
    assert [counted(1, "item"), counted(2, "item")] == ["1 item", "2 items"]
