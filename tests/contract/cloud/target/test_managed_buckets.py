"""OMS fills a bucket, the copy brings what OMS leaves behind, and the proof is ours; under every fault and kill."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from include.cloud.oms import OmsTasks
from include.connections import DocumentConnections
from include.connections.required import find_connection_problems
from include.errors import (
    MigrationError,
    TemporaryError,
)
from include.objects import copy_bucket, copy_bucket_delta, prove_bucket
from include.objects.managed.task import TransferTask
from include.planning.preflight import managed_engines
from include.provisioning import made_resources
from lab.cloud.backends.object_store import ObjectStore
from tests.contract.cloud.conftest import KEY, SECRET, Server
from tests.contract.cloud.models import Checked

from .managed import LARGE, Killed, OpenRun, _quick, keys, kill_after, names, open_managed, tasks

__all__ = ["_quick", "names", "open_managed"]


def test_a_bucket_moves_by_oms_and_what_oms_leaves_behind_by_the_copy(
    open_managed: OpenRun, names: dict[str, str], stores: ObjectStore, oms: Checked
) -> None:
    run = open_managed()
    _, key = keys(run)
    assert copy_bucket(run, key) == "copied"
    assert prove_bucket(run, key).equal
    store = stores.open(KEY, SECRET)
    tags = store.get_object_tagging(Bucket=names["target"], Key="one.txt")["TagSet"]
    assert tags == [{"Key": "kind", "Value": "note"}]
    (item,) = run.ledger.items("obs_sync")
    assert item.bytes >= len(LARGE)
    assert tasks(oms) == []
    assert made_resources(run.ledger) == []

    store.put_object(Bucket=names["source"], Key="later", Body=b"later")
    assert copy_bucket_delta(run, key) == {"objects": 1, "bytes": 5, "removed": 0}
    assert prove_bucket(run, key).equal
    assert copy_bucket(open_managed("two"), key) == "already_equal"


@pytest.mark.parametrize("operation", ["oms.create_task", "oms.show_task", "oms.delete_task"])
def test_a_kill_at_any_point_leaves_one_task_that_the_next_try_ends(
    open_managed: OpenRun, oms: Checked, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    run = open_managed()
    _, key = keys(run)
    live = kill_after(monkeypatch, operation)
    with pytest.raises(Killed):
        copy_bucket(run, key)
    live()
    assert len(tasks(oms)) <= 1

    copy_bucket(run, key)

    assert prove_bucket(run, key).equal
    assert tasks(oms) == []


@pytest.mark.parametrize("kind", ["throttled", "broken", "html"])
@pytest.mark.parametrize("operation", ["oms.create_task", "oms.show_task", "oms.delete_task"])
def test_a_faulty_answer_of_oms_is_survived_or_retried(
    open_managed: OpenRun, server: Server, oms: Checked, operation: str, kind: str
) -> None:
    run = open_managed()
    _, key = keys(run)
    server.fault(operation, kind)
    for _ in range(3):
        try:
            copy_bucket(run, key)
            break
        except TemporaryError:
            continue
    assert prove_bucket(run, key).equal
    assert tasks(oms) == []


def test_two_tries_at_once_end_with_one_copy_and_no_task(open_managed: OpenRun, oms: Checked) -> None:
    run = open_managed()
    _, key = keys(run)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(copy_bucket, run, key) for _ in range(2)]
        ends = [one.exception() for one in tries]
    assert all(end is None or isinstance(end, TemporaryError) for end in ends), ends
    assert None in ends
    copy_bucket(run, key)
    assert prove_bucket(run, key).equal
    assert tasks(oms) == []


@pytest.mark.parametrize("operation", ["create", "show"])
def test_a_task_that_another_try_has_ended_meanwhile_is_retried(
    open_managed: OpenRun, oms: Checked, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    run = open_managed()
    _, key = keys(run)
    called = getattr(OmsTasks, operation)

    def call_and_end(self: OmsTasks, *arguments: Any) -> Any:
        answer = called(self, *arguments)
        monkeypatch.setattr(OmsTasks, operation, called)
        for one in tasks(oms):
            self.remove(int(one.id))
        return answer

    monkeypatch.setattr(OmsTasks, operation, call_and_end)
    with pytest.raises(TemporaryError, match="another try"):
        copy_bucket(run, key)

    copy_bucket(run, key)
    assert prove_bucket(run, key).equal
    assert tasks(oms) == []


def test_a_bucket_whose_key_oms_refuses_is_told(
    open_managed: OpenRun, oms: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:

    ordered = TransferTask.order

    def wrong(self: TransferTask) -> dict[str, Any]:
        order = ordered(self)
        order["src_node"]["bucket"] = "there-is-none"
        return order

    monkeypatch.setattr(TransferTask, "order", wrong)
    run = open_managed()
    with pytest.raises(MigrationError, match="NoSuchBucket") as caught:
        copy_bucket(run, keys(run)[1])
    assert SECRET not in str(caught.value)
    assert tasks(oms) == []


def test_a_cloud_without_oms_is_refused_with_the_definition(open_managed: OpenRun) -> None:
    run = open_managed()
    documents = dict(run.connections._documents)  # type: ignore[attr-defined]
    cloud = documents["huawei_cloud"]
    documents["huawei_cloud"] = {**cloud, "extra": {**cloud["extra"], "cloud": "otc"}}
    problems = dict(find_connection_problems(DocumentConnections(documents), run.definition))
    assert "Open Telekom Cloud has no OMS, only: Huawei Cloud" in problems["buckets[0].oms.connection"]
    assert "databases[0].drs" not in problems


def test_services_that_refuse_the_key_are_told_before_the_plan(open_managed: OpenRun) -> None:
    run = open_managed()
    assert list(managed_engines.find_problems(run)) == []
    documents = dict(run.connections._documents)  # type: ignore[attr-defined]
    documents["huawei_cloud"] = {**documents["huawei_cloud"], "password": "another-secret-key-of-nobody"}
    refused = replace(run, connections=DocumentConnections(documents))
    database, bucket = managed_engines.find_problems(refused)
    assert database.startswith("databases.shop-orders.drs: drs show_job_list")
    assert bucket.startswith("buckets.product-pictures.oms: oms list_tasks")
    assert "secret key does not belong to the access key" in bucket
