"""OMS's tasks, ordered by the SDK, between two buckets of a real object storage."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkoms.v2 import (
    CreateTaskReq,
    CreateTaskRequest,
    DeleteTaskRequest,
    DstNodeReq,
    ListTasksRequest,
    ShowTaskRequest,
    SrcNodeReq,
    StartTaskReq,
    StartTaskRequest,
    StopTaskRequest,
)

from lab.cloud.backends.object_store import PARTS_ABOVE, ObjectStore

from . import clients
from .conftest import KEY, PROJECT, SECRET, Server
from .models import Checked

WAITING, RUNNING, STOPPED, FAILED, DONE = 1, 2, 3, 4, 5
LARGE = b"0123456789abcdef" * (PARTS_ABOVE // 16 + 1)


@pytest.fixture
def buckets(stores: ObjectStore) -> tuple[str, str]:
    """Give a bucket with three objects, and an empty one."""
    name = uuid.uuid4().hex[:8]
    client = stores.open(KEY, SECRET)
    for one in (f"pictures-{name}", f"copies-{name}"):
        client.create_bucket(Bucket=one)
    place = {"Bucket": f"pictures-{name}"}
    client.put_object(
        **place, Key="a/one.txt", Body=b"one", ContentType="text/plain", Metadata={"by": "ann"}, Tagging="k=v"
    )
    client.put_object(**place, Key="b/two", Body=b"")
    client.put_object(**place, Key="large", Body=LARGE)
    return f"pictures-{name}", f"copies-{name}"


@pytest.fixture
def store(stores: ObjectStore) -> Any:
    return stores.open(KEY, SECRET)


def order(
    buckets: tuple[str, str], source: dict[str, Any] | None = None, **changed: Any
) -> CreateTaskRequest:
    node = {"cloud_type": "AWS", "region": "us-east-1", "ak": KEY, "sk": SECRET, "bucket": buckets[0]}
    wanted = {
        "task_type": "object",
        "src_node": SrcNodeReq(**{**node, "object_key": [""], **(source or {})}),
        "dst_node": DstNodeReq(ak=KEY, sk=SECRET, bucket=buckets[1], region="eu-de"),
        "enable_metadata_migration": True,
        "description": "of the tests",
    }
    return CreateTaskRequest(body=CreateTaskReq(**(wanted | changed)))


def create(oms: Checked, buckets: tuple[str, str], **changed: Any) -> int:
    return int(oms.create_task(order(buckets, **changed)).id)


def show(oms: Checked, task: int) -> Any:
    return oms.show_task(ShowTaskRequest(task_id=task))


def wait_for(oms: Checked, task: int, wanted: int) -> Any:
    deadline = time.monotonic() + 60
    while (found := show(oms, task)).status != wanted:
        assert found.status in {WAITING, RUNNING}, found
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_task_copies_a_bucket_with_metadata_and_without_tags(
    oms: Checked, server: Server, buckets: tuple[str, str], store: Any
) -> None:
    task = create(oms, buckets)
    found = wait_for(oms, task, DONE)
    assert (found.progress, found.total_num, found.successful_num, found.failed_num) == (1, 3, 3, 0)
    assert found.complete_size == len(LARGE) + 3
    assert store.get_object(Bucket=buckets[1], Key="large")["Body"].read() == LARGE
    one = store.get_object(Bucket=buckets[1], Key="a/one.txt")
    assert (one["Body"].read(), one["ContentType"], one["Metadata"]) == (b"one", "text/plain", {"by": "ann"})
    assert "TagCount" not in one
    assert SECRET not in (server.folder / "state.json").read_text()

    again = wait_for(oms, create(oms, buckets), DONE)
    assert (again.successful_num, again.skipped_num) == (0, 3)


def test_metadata_stays_behind_unless_it_is_asked_for(
    oms: Checked, buckets: tuple[str, str], store: Any
) -> None:
    wait_for(oms, create(oms, buckets, enable_metadata_migration=False), DONE)
    one = store.head_object(Bucket=buckets[1], Key="a/one.txt")
    assert (one["ContentType"], one["Metadata"]) == ("text/plain", {})


def test_tasks_are_listed_with_their_descriptions(oms: Checked, buckets: tuple[str, str]) -> None:
    task = create(oms, buckets, description="cce-migration 1")
    listed = oms.list_tasks(ListTasksRequest(limit=100, offset=0))
    assert [(one.id, one.description) for one in listed.tasks] == [(task, "cce-migration 1")]
    wait_for(oms, task, DONE)
    oms.delete_task(DeleteTaskRequest(task_id=task))
    with pytest.raises(ClientRequestException) as caught:
        show(oms, task)
    assert caught.value.status_code == 404


def test_a_task_is_stopped_and_started_again_with_its_keys(
    oms: Checked, server: Server, buckets: tuple[str, str]
) -> None:
    server.fault("oms.create_task", "never arrives")
    task = create(oms, buckets)
    assert show(oms, task).status == RUNNING
    with pytest.raises(ClientRequestException, match="running"):
        oms.delete_task(DeleteTaskRequest(task_id=task))
    oms.stop_task(StopTaskRequest(task_id=task))
    assert show(oms, task).status == STOPPED
    with pytest.raises(ClientRequestException) as caught:
        oms.stop_task(StopTaskRequest(task_id=task))
    assert caught.value.error_code == "OMS.0066"
    keys = StartTaskReq(src_ak=KEY, src_sk=SECRET, dst_ak=KEY, dst_sk=SECRET)
    oms.start_task(StartTaskRequest(task_id=task, body=keys))
    assert wait_for(oms, task, DONE).successful_num == 3


@pytest.mark.parametrize(
    ("source", "changed", "field"),
    [
        ({"cloud_type": "Nimbus"}, {}, "src_node.cloud_type"),
        ({"region": "us-west-9"}, {}, "src_node.region"),
        ({"bucket": ""}, {}, "src_node.bucket"),
        ({}, {"description": "a -> b"}, "description"),
        ({}, {"consistency_check": "crc64"}, "consistency_check"),
        ({}, {"object_overwrite_mode": "SOME"}, "object_overwrite_mode"),
        ({}, {"dst_node": DstNodeReq(ak=KEY, sk=SECRET, bucket="x", region="eu-nl")}, "dst_node.region"),
    ],
)
def test_a_wrong_order_is_refused(
    oms: Checked, buckets: tuple[str, str], source: dict[str, Any], changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ClientRequestException) as caught:
        oms.create_task(order(buckets, source, **changed))
    assert (caught.value.status_code, caught.value.error_code) == (400, "OMS.0064"), field


def test_a_wrong_key_is_a_task_that_fails(oms: Checked, buckets: tuple[str, str]) -> None:
    found = wait_for(oms, create(oms, buckets, source={"sk": "wrong"}), FAILED)
    assert "SignatureDoesNotMatch" in found.error_reason.error_msg


def test_five_tasks_run_at_once_and_others_wait(
    oms: Checked, server: Server, buckets: tuple[str, str]
) -> None:
    server.fault("oms.create_task", "never arrives", calls=5)
    running = [create(oms, buckets) for _ in range(5)]
    sixth = create(oms, buckets)
    assert show(oms, sixth).status == WAITING
    oms.stop_task(StopTaskRequest(task_id=running[0]))
    wait_for(oms, sixth, DONE)


def test_a_task_that_is_to_fail_says_so(oms: Checked, server: Server, buckets: tuple[str, str]) -> None:
    server.fault("oms.create_task", "fails")
    task = create(oms, buckets)
    server.put_forward(60)
    found = show(oms, task)
    assert (found.status, found.error_reason.error_code) == (FAILED, "TRF.0001")


def test_a_task_goes_on_after_the_clouds_process_was_started_again(
    oms: Checked, start: Callable[[], Server], buckets: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.cloud.oms_transfers import Transfers

    with monkeypatch.context() as patch:
        patch.setattr(Transfers, "_run", lambda self, key, stopped: None)
        task = create(oms, buckets)
    again = Checked(clients.open_client("oms", start().url, clients.regional(KEY, SECRET, PROJECT)))
    assert wait_for(again, task, DONE).successful_num == 3


def test_a_wrong_signature_is_refused(connect: Callable[..., Any]) -> None:
    with pytest.raises(ClientRequestException) as caught:
        connect("oms", secret="wrong").list_tasks(ListTasksRequest())
    assert caught.value.status_code == 401
