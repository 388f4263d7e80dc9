"""Progress is told in words, at least every ten seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from include.progress import Progress, readable_bytes, readable_seconds

logger = logging.getLogger("progress-test")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when something came true; fail after a second without it."""
    until = time.monotonic() + 1
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_a_line_tells_items_bytes_time_and_time_left() -> None:
    clock = Clock()
    progress = Progress(24, 620_000_000, logger, noun="images", clock=clock)
    progress.add(items=12, size=310_000_000)
    clock.seconds = 8

    assert progress.line() == "12 of 24 images, 310 of 620 MB, 39 MB/s, 8 s, about 8 s left"


def test_a_document_tells_the_same_to_programs() -> None:
    clock = Clock()
    progress = Progress(24, 620_000_000, logger, noun="images", clock=clock)
    progress.add(items=12, size=310_000_000)
    clock.seconds = 8

    document = progress.document()

    assert document.pop("at")
    assert document == {
        "what": "images",
        "items": 12,
        "total_items": 24,
        "bytes": 310_000_000,
        "total_bytes": 620_000_000,
        "bytes_per_second": 38_750_000,
        "seconds": 8,
        "seconds_left": 8,
    }


def test_the_document_is_written_while_one_item_takes_long_and_at_the_end() -> None:
    documents: list[dict[str, Any]] = []
    with Progress(2, 0, logger, record=documents.append, every_seconds=0.02) as progress:
        progress.add(items=1)
        wait_until(lambda: bool(documents))
        progress.add(items=1)

    assert documents[0]["items"] == 1
    assert documents[-1]["items"] == 2


def test_the_line_comes_before_its_ten_seconds_are_over(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    with (
        caplog.at_level(logging.INFO, logger="progress-test"),
        Progress(1, 0, logger, every_seconds=0.04, clock=clock),
    ):
        clock.seconds = 0.035
        wait_until(lambda: bool(caplog.records))


def test_a_storage_that_refuses_the_document_does_not_stop_the_work(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: dict[str, Any]) -> None:
        raise OSError("no such bucket")

    with Progress(1, 0, logger, record=refuse) as progress:
        progress.add(items=1)

    assert "The progress is not written: no such bucket" in caplog.text


def test_nothing_is_logged_twice_within_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress(10, 0, logger, clock=clock)
    with caplog.at_level(logging.INFO, logger="progress-test"):
        progress.add(items=1)
        clock.seconds = 10
        progress.add(items=1)
        progress.add(items=1)

    assert [record.message for record in caplog.records] == ["2 of 10 items, 10 s, about 40 s left"]


def test_the_last_item_is_always_logged(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, logger="progress-test"),
        Progress(1, 5, logger, clock=Clock()) as progress,
    ):
        progress.add(items=1, size=5)

    assert [record.message for record in caplog.records] == ["1 of 1 items, 5 of 5 bytes, 0 s"]


def test_a_line_appears_while_one_item_takes_long(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    with (
        caplog.at_level(logging.INFO, logger="progress-test"),
        Progress(1, 0, logger, every_seconds=0.02, clock=clock),
    ):
        clock.seconds = 11
        wait_until(lambda: bool(caplog.records))

    assert caplog.records[0].message == "0 of 1 items, 11 s"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1_500_000, "1.5 MB"), (23e9, "23 GB")]
)
def test_sizes_are_readable(size: float, text: str) -> None:
    assert readable_bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(8.2, "8 s"), (250, "4 min 10 s"), (600, "10 min"), (7500, "2 h 5 min"), (7200, "2 h")],
)
def test_durations_are_readable(seconds: float, text: str) -> None:
    assert readable_seconds(seconds) == text
