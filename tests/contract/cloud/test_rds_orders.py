"""Orders of RDS instances that are interrupted, fail, or never arrive."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from lab.cloud.assembly import Backends

from . import clients
from .conftest import KEY, PROJECT, SECRET, SPARE, Server
from .models import Checked
from .test_rds import PASSWORD, delete, job_of, name, order, state_of, wait_for, wait_for_end

__all__ = ["name"]


def test_an_order_goes_on_after_the_clouds_process_was_started_again(
    rds: Checked, name: str, start: Callable[[], Server], behind: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = behind.database_servers[SPARE]
    makes, ends = spare.make, threading.Event()
    # the first process never gets to the making: it was killed after the order was noted
    monkeypatch.setattr(spare, "make", lambda _: ends.wait(60))
    ordered = order(rds, name)
    monkeypatch.setattr(spare, "make", makes)
    again = Checked(clients.open_client("rds", start().url, clients.regional(KEY, SECRET, PROJECT)))
    wait_for(again, ordered, "ACTIVE")
    assert spare.is_there()
    assert PASSWORD not in (start().folder / "state.json").read_text()
    ends.set()


def test_a_server_that_does_not_come_up_is_a_failed_order_which_can_be_deleted(
    rds: Checked, name: str, behind: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(password: str) -> None:
        raise RuntimeError("no space left on device")

    monkeypatch.setattr(behind.database_servers[SPARE], "make", broken)
    ordered = order(rds, name)
    wait_for(rds, ordered, "FAILED")
    assert job_of(rds, ordered).fail_reason == "The DB instance could not be created."
    delete(rds, ordered.instance.id)
    wait_for_end(rds, ordered.instance.id)


def test_an_order_that_is_to_fail_ends_in_a_failed_job(rds: Checked, name: str, server: Server) -> None:
    server.fault("rds.create_instance", "fails")
    ordered = order(rds, name)
    server.put_forward(121)
    job = job_of(rds, ordered)
    assert (job.status, job.fail_reason) == ("Failed", "The DB instance could not be created.")
    assert state_of(rds, ordered) == "FAILED"


def test_an_order_that_never_arrives_runs_for_ever(rds: Checked, name: str, server: Server) -> None:
    server.fault("rds.create_instance", "never arrives")
    ordered = order(rds, name)
    server.put_forward(86400)
    assert (state_of(rds, ordered), job_of(rds, ordered).status) == ("BUILD", "Running")
