"""DRS fills a database, the copy brings what changed, and the proof is ours; under every fault and kill."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from include.databases import (
    copy_database,
    copy_database_delta,
    drop_followers,
    follow_databases,
    prove_database,
    stop_following,
)
from include.databases.jobs import open_job
from include.databases.managed.job import transfer_job
from include.errors import (
    CloudQuotaError,
    EngineRefusedError,
    NeverReadyError,
    PreflightError,
    TemporaryError,
)
from include.objects import copy_bucket
from include.provisioning import made_resources
from include.run import MigrationRun
from lab.cloud.backends.database_server import Place
from lab.cloud.backends.postgresql_replication import PostgresqlReplication
from tests.contract.cloud import servers
from tests.contract.cloud.conftest import SECRET, Server
from tests.contract.cloud.models import Checked
from tests.contract.cloud.test_drs import order as drs_order
from tests.contract.cloud.test_drs import session

from .managed import Killed, OpenRun, _quick, jobs, keys, kill_after, names, open_managed

__all__ = ["_quick", "names", "open_managed"]


def test_a_database_moves_by_drs_and_its_changes_by_the_copy(
    open_managed: OpenRun,
    names: dict[str, str],
    source_postgres: Place,
    drs: Checked,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    run = open_managed()
    key, _ = keys(run)
    assert copy_database(run, key) == "copied"
    assert prove_database(run, key).equal
    (item,) = run.ledger.items("rds_dump_restore")
    assert (item.action, item.bytes > 0) == ("copied", True)
    assert "FULL_TRANSFER_COMPLETE" in caplog.text
    assert servers.PASSWORD not in caplog.text
    assert jobs(drs) == []
    assert made_resources(run.ledger) == []

    with session(source_postgres, names["database"]) as connection:
        connection.execute("insert into app.lines (note) values ('written later')")
    assert copy_database_delta(run, key)["tables"] == 1
    assert prove_database(run, key).equal

    second = open_managed("two")
    assert copy_database(second, key) == "already_equal"
    assert prove_database(second, key).equal


def test_a_database_that_drs_has_filled_is_followed(
    open_managed: OpenRun, names: dict[str, str], source_postgres: Place, drs: Checked
) -> None:
    run = open_managed(mode="follow")
    key, _ = keys(run)
    assert copy_database(run, key) == "copied"
    assert prove_database(run, key).equal
    assert jobs(drs) == []

    follower = threading.Thread(target=follow_databases, args=(run,))
    follower.start()
    with session(source_postgres, names["database"]) as connection:
        connection.execute("insert into app.lines (note) values ('written later')")
    _await_rows(run, key)
    stop_following(run)
    follower.join()
    moved = copy_database_delta(run, key)
    assert (moved["tables"], moved["proved"]) == (0, 1)
    assert run.ledger.read(f"following/{key}")["state"] == "finished"
    drop_followers(run)


def _await_rows(run: MigrationRun, key: str) -> None:
    ends = time.monotonic() + 60
    while not run.ledger.exists(f"following/{key}") or not run.ledger.read(f"following/{key}").get("rows"):
        assert time.monotonic() < ends
        time.sleep(0.1)


@pytest.mark.parametrize(
    "operation",
    [
        "drs.batch_create_jobs",
        "drs.batch_update_job",
        "drs.batch_start_jobs",
        "drs.batch_list_progresses",
        "drs.batch_delete_jobs",
    ],
)
def test_a_kill_at_any_point_leaves_one_job_that_the_next_try_ends(
    open_managed: OpenRun, drs: Checked, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    run = open_managed()
    key, _ = keys(run)
    live = kill_after(monkeypatch, operation)
    with pytest.raises(Killed):
        copy_database(run, key)
    live()
    assert len(jobs(drs)) == 1

    copy_database(run, key)

    assert prove_database(run, key).equal
    assert jobs(drs) == []


def test_another_run_takes_the_job_that_a_killed_one_has_left(
    open_managed: OpenRun, drs: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_managed()
    key, _ = keys(first)
    live = kill_after(monkeypatch, "drs.batch_start_jobs")
    with pytest.raises(Killed):
        copy_database(first, key)
    live()
    (left,) = [one.label for one in made_resources(first.ledger)]
    assert left.startswith("DRS job cce-")

    second = open_managed("two")
    copy_database(second, key)
    assert prove_database(second, key).equal
    assert jobs(drs) == []


@pytest.mark.parametrize("kind", ["throttled", "broken", "html"])
@pytest.mark.parametrize(
    "operation", ["drs.batch_create_jobs", "drs.batch_start_jobs", "drs.batch_list_job_status"]
)
def test_a_faulty_answer_of_drs_is_survived_or_retried(
    open_managed: OpenRun, server: Server, drs: Checked, operation: str, kind: str
) -> None:
    run = open_managed()
    key, _ = keys(run)
    server.fault(operation, kind)
    for _ in range(3):
        try:
            copy_database(run, key)
            break
        except TemporaryError:
            continue
    assert prove_database(run, key).equal
    assert jobs(drs) == []


def test_all_connections_that_fail_are_told_at_once_without_a_password(
    open_managed: OpenRun, caplog: pytest.LogCaptureFixture
) -> None:
    run = open_managed(source_host="127.0.0.99")
    key, _ = keys(run)
    with pytest.raises(PreflightError) as caught:
        copy_database(run, key)
    (problem,) = caught.value.problems
    assert "source 127.0.0.99" in problem
    assert "DRS.KE0002" in problem
    assert servers.PASSWORD not in f"{caught.value}{caplog.text}"


def test_a_transfer_that_fails_removes_its_job_and_is_tried_again_with_a_new_one(
    open_managed: OpenRun, server: Server, drs: Checked
) -> None:
    run = open_managed()
    key, _ = keys(run)
    server.fault("drs.batch_start_jobs", "fails")
    with pytest.raises(TemporaryError, match=r"FULL_TRANSFER_FAILED: DRS\.M01501 .*retries with a new job"):
        copy_database(run, key)
    assert jobs(drs) == []
    assert copy_database(run, key) == "copied"
    assert prove_database(run, key).equal


def test_a_refused_statement_is_told_in_drs_own_words(
    open_managed: OpenRun, names: dict[str, str], source_postgres: Place, monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuse(self: Any, *_: Any) -> None:
        raise RuntimeError("ERROR:  permission denied to create extension")

    monkeypatch.setattr(PostgresqlReplication, "copy", refuse)
    run = open_managed()
    with pytest.raises(EngineRefusedError, match=r"permission denied to create extension; mend the cause"):
        copy_database(run, keys(run)[0])


def test_a_job_that_never_ends_is_given_up_in_time_and_listed(open_managed: OpenRun, server: Server) -> None:
    run = open_managed(longest_hours=0.0003)
    server.fault("drs.batch_start_jobs", "never arrives")
    with pytest.raises(NeverReadyError, match=r"last seen: FULL_TRANSFER_STARTED, 0 %.*raise longest_hours"):
        copy_database(run, keys(run)[0])
    assert [one.removal for one in made_resources(run.ledger)] == ["the console of DRS (stop it first)"]


def test_an_exceeded_quota_is_told(open_managed: OpenRun, drs: Checked, server: Server) -> None:
    run = open_managed()

    instance = transfer_job(open_job(run, keys(run)[0])).instance
    for number in range(5):
        drs.batch_create_jobs(drs_order(instance, f"somebody-elses-{number}"))
    with pytest.raises(CloudQuotaError, match=r"DRS\.M00276"):
        copy_database(run, keys(run)[0])
    assert made_resources(run.ledger) == []


def test_no_password_is_written_into_the_ledger(open_managed: OpenRun) -> None:
    run = open_managed()
    copy_database(run, keys(run)[0])
    copy_bucket(run, keys(run)[1])
    written = [path.read_text() for path in Path(str(run.ledger.folder)).rglob("*.json")]
    assert written
    assert not [text for text in written if servers.PASSWORD in text or SECRET in text]
