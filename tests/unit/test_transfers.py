"""Waiting for a transfer tells how far it is, ends with it, and gives up in time."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from include import transfers
from include.errors import NeverReadyError
from include.transfers import Look, await_transfer, note_transferred, was_transferred
from tests.builders.runs import ledger


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.moment = 0.0

    def monotonic(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(transfers, "time", made)
    return made


def test_a_line_comes_at_least_every_ten_seconds(clock: Time, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    lines: list[float] = []

    def look() -> Look:
        lines.append(len(caplog.records))
        return Look("running", is_over=clock.moment > 60, progress=f"{clock.moment:.0f} %")

    assert await_transfer("job one", look, 3600) == "running"
    assert len(caplog.records) >= 60 / 10
    assert "job one: running, 8 %, 8 s" in caplog.text


def test_a_transfer_that_does_not_end_is_given_up_with_what_was_seen_last() -> None:
    with pytest.raises(
        NeverReadyError, match=r"job one: is not over after 1 min.*last seen: running, 3 of 9"
    ):
        await_transfer("job one", lambda: Look("running", is_over=False, progress="3 of 9"), 60)


def test_a_complete_transfer_is_remembered(tmp_path: Path) -> None:
    kept = ledger(tmp_path)
    assert not was_transferred(kept, "drs/shop-orders")
    note_transferred(kept, "drs/shop-orders")
    assert was_transferred(kept, "drs/shop-orders")
    assert not was_transferred(kept, "drs/other")
