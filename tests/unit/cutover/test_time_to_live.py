from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from include.cutover import time_to_live
from include.cutover.time_to_live import lower_ttl, restore_ttl
from include.run import MigrationRun
from include.zones import RecordSet
from tests.builders.runs import run as lab_run


class Zone:
    """Be the DNS server's memory."""

    def __init__(self, ttl: int) -> None:
        self.records = [RecordSet("A", ttl, ("198.18.10.100",))]

    def write(self, run: MigrationRun, records: list[RecordSet]) -> None:
        self.records = records


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    made = Zone(300)
    monkeypatch.setattr(time_to_live, "read_record", lambda run: made.records)
    monkeypatch.setattr(time_to_live, "write_record", made.write)
    return made


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return lab_run(tmp_path)


class Sleeps:
    """Let time pass without waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = time.time()
        monkeypatch.setattr(time_to_live.time, "time", lambda: self.moment)

    def __call__(self, seconds: float) -> None:
        self.moment += seconds


def test_the_ttl_is_lowered_old_answers_end_and_it_is_given_back_to_where_the_record_leads(
    run: MigrationRun, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = Sleeps(monkeypatch)
    begun = sleep.moment

    assert lower_ttl(run, sleep) == pytest.approx(299)
    assert zone.records == [RecordSet("A", 1, ("198.18.10.100",))]
    assert sleep.moment - begun == pytest.approx(300)

    zone.records = [RecordSet("A", 1, ("198.18.20.1",))]
    assert restore_ttl(run)
    assert zone.records == [RecordSet("A", 300, ("198.18.20.1",))]
    assert not restore_ttl(run)


def test_a_try_after_a_death_waits_for_the_rest_only(
    run: MigrationRun, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = Sleeps(monkeypatch)

    def die(seconds: float) -> None:
        sleep(100)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lower_ttl(run, die)
    resumed = sleep.moment
    lower_ttl(run, sleep)
    assert sleep.moment - resumed == pytest.approx(200)


def test_a_ttl_that_is_low_already_stays(run: MigrationRun, zone: Zone) -> None:
    zone.records = [RecordSet("A", 1, ("198.18.10.100",))]
    assert lower_ttl(run) == pytest.approx(0)
    assert not restore_ttl(run)


def test_a_ttl_of_days_is_told_and_not_waited_for(
    run: MigrationRun, zone: Zone, caplog: pytest.LogCaptureFixture
) -> None:
    zone.records = [RecordSet("A", 86400, ("198.18.10.100",))]

    def never(seconds: float) -> None:
        raise AssertionError

    with caplog.at_level(logging.WARNING):
        lower_ttl(run, never)
    assert "stay on the source that long" in caplog.text
