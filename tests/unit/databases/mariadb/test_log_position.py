"""Places in a server's log."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from include.databases.mariadb.lag_watch import LagWatch
from include.databases.mariadb.log_position import LogPosition, position_of
from include.errors import PermanentError


def test_a_position_survives_being_written_down() -> None:
    position = LogPosition(7, "odd:name.000012", 4711)

    assert position_of(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", "binlog.000001:4", "7:binlog.000001", "7:binlog:4", "7:binlog.000001:x"]
)
def test_what_is_no_position_is_told(text: str) -> None:
    with pytest.raises(PermanentError, match="server:file:offset"):
        position_of(text)


def test_files_are_ordered_by_number_and_not_as_text() -> None:
    earlier, later = position_of("7:log.999999:4000"), position_of("7:log.1000000:4")

    assert earlier.is_before(later)
    assert not later.is_before(earlier)
    assert not later.is_before(later)


def test_positions_of_two_servers_are_not_compared() -> None:
    with pytest.raises(PermanentError, match=r"another server .*failover.*copy the database anew"):
        position_of("7:log.000001:4").is_before(position_of("8:log.000001:4"))


def test_the_lag_is_counted_from_the_last_end_that_was_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    ends = iter(["7:log.000001:10", "7:log.000001:20", "7:log.000001:30"])
    monkeypatch.setattr("include.databases.mariadb.lag_watch.time.monotonic", lambda: clock.now)
    monkeypatch.setattr(
        "include.databases.mariadb.lag_watch.present_position", lambda _: position_of(next(ends))
    )
    watch = LagWatch()
    for moment in (100.0, 101.0, 102.0):
        clock.now = moment
        watch.look_if_due(None)
    clock.now = 105.0

    assert watch.seconds_behind(position_of("7:log.000001:9")) is None
    assert watch.seconds_behind(position_of("7:log.000001:25")) == pytest.approx(4)
    assert watch.seconds_behind(position_of("7:log.000001:30")) == pytest.approx(3)
