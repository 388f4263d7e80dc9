"""The way back that a person asks for: the target first, the record last, and the target goes on where it ends before."""

from __future__ import annotations

import pytest

from include.cutover import is_rolled_back, quiesce, rolling_back
from include.cutover.rolling_back import end_way_back, return_traffic
from include.errors import TemporaryError
from include.run import MigrationRun
from tests.unit.cutover.test_rolling_back import Traffic, replicas, run, traffic

__all__ = ["run", "traffic"]


def at_the_target(run: MigrationRun, traffic: Traffic) -> None:
    quiesce(run, "source")
    run.ledger.write("cutover/endpoint", {"at": "2026-11-26T10:00:00.000+00:00", "before": [], "after": []})
    traffic.on_target = True


def test_a_target_that_serves_customers_is_stopped_only_when_they_leave_it(
    run: MigrationRun, traffic: Traffic
) -> None:
    at_the_target(run, traffic)
    assert quiesce(run, "target") == 0
    assert replicas(run, "target") == 3
    assert quiesce(run, "target", is_left=True) == 1
    assert replicas(run, "target") == 0


def test_the_source_starts_only_once_the_front_door_leads_to_it(
    run: MigrationRun, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_target(run, traffic)
    quiesce(run, "target", is_left=True)

    def fail(_: MigrationRun) -> None:
        raise TemporaryError("the DNS server does not answer")

    monkeypatch.setattr(rolling_back, "switch_back", fail)
    with pytest.raises(TemporaryError):
        return_traffic(run)
    assert (replicas(run, "source"), replicas(run, "target")) == (0, 0)
    monkeypatch.setattr(rolling_back, "switch_back", traffic.switch_back)
    return_traffic(run)
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 0)
    assert is_rolled_back(run)
    return_traffic(run)
    assert end_way_back(run) == 0
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 0)


def test_the_target_goes_on_where_the_way_back_ended_before_the_traffic_had_moved(
    run: MigrationRun, traffic: Traffic
) -> None:
    at_the_target(run, traffic)
    quiesce(run, "target", is_left=True)
    assert end_way_back(run) == 1
    assert (replicas(run, "source"), replicas(run, "target")) == (0, 3)
    assert traffic.renewed == 1
    assert not is_rolled_back(run)
    assert end_way_back(run) == 0


def test_a_way_back_that_stopped_nothing_leaves_the_target_alone(run: MigrationRun, traffic: Traffic) -> None:
    at_the_target(run, traffic)
    assert end_way_back(run) == 0
    assert replicas(run, "target") == 3
    assert traffic.renewed == 0


def test_a_switch_back_that_was_killed_before_the_source_started_is_gone_on_with(
    run: MigrationRun, traffic: Traffic
) -> None:
    at_the_target(run, traffic)
    quiesce(run, "target", is_left=True)
    traffic.switch_back(run)
    assert end_way_back(run) == 0
    assert (replicas(run, "source"), replicas(run, "target")) == (3, 0)
    assert is_rolled_back(run)
    assert traffic.taken_back == 1
