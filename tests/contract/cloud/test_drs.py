"""DRS's jobs, ordered by the SDK, between two real PostgreSQL servers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator
from typing import Any

import psycopg
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdrs.v3 import (
    BatchCheckJobsRequest,
    BatchCheckResultsRequest,
    BatchCreateJobReq,
    BatchCreateJobsRequest,
    BatchDeleteJobReq,
    BatchDeleteJobsRequest,
    BatchListJobStatusRequest,
    BatchListProgressesRequest,
    BatchModifyJobReq,
    BatchPrecheckReq,
    BatchQueryJobReqPage,
    BatchQueryPrecheckResultReq,
    BatchQueryProgressReq,
    BatchSetObjectsRequest,
    BatchSetPolicyRequest,
    BatchSetupSyncPolicyReq,
    BatchStartJobReq,
    BatchStartJobsRequest,
    BatchTestConnectionReq,
    BatchUpdateDatabaseObjectReq,
    BatchUpdateJobRequest,
    BatchValidateConnectionsRequest,
    CreateJobReq,
    DatabaseInfo,
    DeleteJobReq,
    Endpoint,
    ModifyJobReq,
    PreCheckInfo,
    QueryJobsReq,
    ShowJobListRequest,
    StartInfo,
    SyncPolicyReq,
    TestEndPoint,
    UpdateDatabaseObjectReq,
)

from lab.cloud.backends.database_server import Place
from lab.cloud.vpc import NODES

from . import clients, servers
from .conftest import KEY, PROJECT, SECRET, Server
from .models import Checked
from .test_rds import name, postgres

__all__ = ["name", "postgres"]
# the SDK's name begins as a test's does
TestEndPoint.__test__ = False


@pytest.fixture
def target(postgres: Any) -> Place:
    return Place(postgres.private_ips[0], postgres.port, "root", servers.PASSWORD)


def session(place: Place, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=place.address,
        port=place.port,
        user=place.user,
        password=place.password,
        dbname=database,
        autocommit=True,
    )


@pytest.fixture
def database(source_postgres: Place, target: Place) -> Generator[str]:
    """Give a database of the source, with rows, a sequence and a view."""
    name = f"orders_{uuid.uuid4().hex[:8]}"
    with session(source_postgres) as connection:
        connection.execute(f"create database {name}")
    with session(source_postgres, name) as connection:
        connection.execute("create table lines (id serial primary key, note text)")
        connection.execute("insert into lines (note) select repeat('x', 200) from generate_series(1, 2000)")
        connection.execute("create view notes as select note from lines")
    yield name
    for place in (source_postgres, target):
        with session(place) as connection:
            connection.execute(f"drop database if exists {name} with (force)")


def order(instance: str, name: str, **changed: Any) -> BatchCreateJobsRequest:
    wanted = {
        "name": name,
        "db_use_type": "sync",
        "engine_type": "postgresql",
        "job_direction": "up",
        "net_type": "vpc",
        "node_type": "high",
        "task_type": "FULL_TRANS",
        "customize_sutnet_id": NODES.id,
        "source_endpoint": Endpoint(db_type="postgresql"),
        "target_endpoint": Endpoint(db_type="postgresql", region="eu-de", inst_id=instance),
    }
    return BatchCreateJobsRequest(body=BatchCreateJobReq(jobs=[CreateJobReq(**(wanted | changed))]))


def create(drs: Checked, instance: str, **changed: Any) -> str:
    (made,) = drs.batch_create_jobs(order(instance, f"job-{uuid.uuid4().hex[:8]}", **changed)).results
    return str(made.id)


def state(drs: Checked, job: str) -> str:
    request = BatchListJobStatusRequest(body=BatchQueryJobReqPage(jobs=[job]))
    return str(drs.batch_list_job_status(request).results[0].status)


def wait_for(drs: Checked, job: str, wanted: str, *passing: str) -> None:
    deadline = time.monotonic() + 60
    while (seen := state(drs, job)) != wanted:
        assert seen in passing, seen
        assert time.monotonic() < deadline
        time.sleep(0.1)


def try_end(drs: Checked, job: str, side: str, place: Place, **changed: Any) -> Any:
    values = {
        "id": job,
        "net_type": "vpc",
        "db_type": "postgresql",
        "ip": place.address,
        "db_port": place.port,
        "db_user": place.user,
        "db_password": place.password,
        "end_point_type": side,
    }
    body = BatchTestConnectionReq(jobs=[TestEndPoint(**(values | changed))])
    (found,) = drs.batch_validate_connections(BatchValidateConnectionsRequest(body=body)).results
    return found


def configure(drs: Checked, job: str, instance: str, source: Place, target: Place, database: str) -> None:
    assert try_end(drs, job, "so", source).success
    assert try_end(drs, job, "ta", target, inst_id=instance, region="eu-de", project_id=PROJECT).success
    ends = {
        "source_endpoint": Endpoint(
            db_type="postgresql",
            ip=source.address,
            db_port=source.port,
            db_user=source.user,
            db_password=source.password,
        ),
        "target_endpoint": Endpoint(
            db_type="postgresql",
            region="eu-de",
            inst_id=instance,
            db_user=target.user,
            db_password=target.password,
        ),
    }
    changed = ModifyJobReq(job_id=job, node_type="high", engine_type="postgresql", store_db_info=True, **ends)
    (modified,) = drs.batch_update_job(BatchUpdateJobRequest(body=BatchModifyJobReq(jobs=[changed]))).results
    assert modified.status == "success"
    policy = SyncPolicyReq(job_id=job, conflict_policy="stop", index_trans=True)
    body = BatchSetupSyncPolicyReq(jobs=[policy])
    assert drs.batch_set_policy(BatchSetPolicyRequest(body=body)).results[0].status == "success"
    chosen = DatabaseInfo(id=database, object_type="database", object_name=database, select="true")
    wanted = BatchUpdateDatabaseObjectReq(
        jobs=[UpdateDatabaseObjectReq(job_id=job, selected=True, job=[chosen])]
    )
    assert drs.batch_set_objects(BatchSetObjectsRequest(body=wanted)).results[0].status


def check(drs: Checked, job: str) -> Any:
    body = BatchPrecheckReq(jobs=[PreCheckInfo(job_id=job, precheck_mode="forStartJob")])
    assert drs.batch_check_jobs(BatchCheckJobsRequest(body=body)).results[0].status == "success"
    asked = BatchQueryPrecheckResultReq(jobs=[job])
    return drs.batch_check_results(BatchCheckResultsRequest(body=asked)).results[0]


def begin(drs: Checked, job: str) -> Any:
    body = BatchStartJobReq(jobs=[StartInfo(job_id=job)])
    return drs.batch_start_jobs(BatchStartJobsRequest(body=body)).results[0]


def end(drs: Checked, job: str, how: str = "terminate") -> Any:
    body = BatchDeleteJobReq(jobs=[DeleteJobReq(job_id=job, delete_type=how)])
    return drs.batch_delete_jobs(BatchDeleteJobsRequest(body=body)).results[0]


@pytest.fixture
def job(
    drs: Checked, server: Server, postgres: Any, source_postgres: Place, target: Place, database: str
) -> Generator[str]:
    """Give a job that is configured."""
    made = create(drs, postgres.id)
    server.put_forward(5)
    assert state(drs, made) == "CONFIGURATION"
    configure(drs, made, postgres.id, source_postgres, target, database)
    yield made
    end(drs, made, "force_terminate")


def test_a_job_copies_a_database_and_is_removed(
    drs: Checked, server: Server, job: str, source_postgres: Place, target: Place, database: str
) -> None:
    result = check(drs, job)
    assert result.result
    assert {one.item for one in result.precheck_result} >= {"srcDbConnection", "dstDbConnection"}
    assert begin(drs, job).status == "success"
    wait_for(drs, job, "FULL_TRANSFER_COMPLETE", "STARTJOBING", "FULL_TRANSFER_STARTED")
    request = BatchListProgressesRequest(body=BatchQueryProgressReq(jobs=[job]))
    (progress,) = drs.batch_list_progresses(request).results
    assert (progress.progress, progress.transfer_status) == ("100", "FULL_TRANSFER_COMPLETE")

    query = "select count(*), md5(string_agg(note, '' order by id)), (select count(*) from notes) from lines"
    sides = []
    for place in (source_postgres, target):
        with session(place, database) as connection:
            sides.append(connection.execute(query).fetchone())
    assert sides[0] == sides[1]
    assert sides[0] is not None
    assert sides[0][0] == 2000

    assert end(drs, job).status == "success"
    with session(target, database) as connection:
        assert connection.execute("select last_value from lines_id_seq").fetchone() == (12000,)
    assert end(drs, job, "delete").error_code == "DRS.M00304"
    server.put_forward(3)
    assert state(drs, job) == "RELEASE_RESOURCE_COMPLETE"
    assert end(drs, job, "delete").status == "success"
    listed = drs.show_job_list(ShowJobListRequest(body=QueryJobsReq(db_use_type="sync"))).jobs
    assert job not in {one.id for one in listed}
    assert servers.PASSWORD not in (server.folder / "state.json").read_text()


def test_jobs_are_found_by_their_names(drs: Checked, postgres: Any) -> None:
    made = create(drs, postgres.id)
    (found,) = drs.show_job_list(ShowJobListRequest(body=QueryJobsReq(db_use_type="sync", name="job-"))).jobs
    assert (found.id, found.status) == (made, "CREATING")
    empty = drs.show_job_list(ShowJobListRequest(body=QueryJobsReq(db_use_type="migration")))
    assert empty.total_record == 0


def test_a_second_job_of_a_name_and_one_too_many_are_refused(drs: Checked, postgres: Any) -> None:
    drs.batch_create_jobs(order(postgres.id, "orders-one"))
    with pytest.raises(ClientRequestException, match="The task name already exists"):
        drs.batch_create_jobs(order(postgres.id, "Orders-ONE"))
    for _ in range(4):
        create(drs, postgres.id)
    with pytest.raises(ClientRequestException, match="quota"):
        create(drs, postgres.id)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"engine_type": "mariadb"}, "DRS.M00202"),
        ({"node_type": "giant"}, "DRS.M00202"),
        ({"net_type": "eip"}, "DRS.M00202"),
        ({"customize_sutnet_id": "elsewhere"}, "DRS.M00202"),
        ({"name": "x"}, "DRS.M00202"),
        ({"task_type": "FULL_INCR_TRANS"}, "DRS.M00302"),
        ({"db_use_type": ""}, "DRS.M00201"),
        ({"source_endpoint": Endpoint(db_type="mysql")}, "DRS.M00302"),
        ({"target_endpoint": Endpoint(db_type="postgresql")}, "DRS.M06007"),
        ({"target_endpoint": Endpoint(db_type="postgresql", inst_id="gone")}, "DBS.200045"),
    ],
)
def test_a_wrong_order_is_refused(drs: Checked, postgres: Any, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientRequestException) as caught:
        drs.batch_create_jobs(order(postgres.id, **{"name": "orders-one", **changed}))
    assert caught.value.error_code == code


def test_a_wrong_login_and_a_server_that_is_not_there_fail_the_test_of_a_connection(
    drs: Checked, server: Server, postgres: Any, source_postgres: Place
) -> None:
    job = create(drs, postgres.id)
    assert try_end(drs, job, "so", source_postgres).error_code == "DRS.M00304"
    server.put_forward(5)
    wrong = try_end(drs, job, "so", source_postgres, db_password="wrong-password-1")
    assert (wrong.success, wrong.status, wrong.error_code) == (False, "failed", "DRS.KE0002")
    assert "password authentication failed" in wrong.error_msg
    nowhere = try_end(drs, job, "so", source_postgres, db_port=servers.free_port())
    assert "refused" in nowhere.error_msg
    changed = ModifyJobReq(job_id=job, store_db_info=True)
    (modified,) = drs.batch_update_job(BatchUpdateJobRequest(body=BatchModifyJobReq(jobs=[changed]))).results
    assert modified.error_code == "DRS.M00304"


def test_a_database_that_the_target_has_fails_the_check_and_keeps_the_job_from_starting(
    drs: Checked, job: str, target: Place, database: str
) -> None:
    with session(target) as connection:
        connection.execute(f"create database {database}")
    result = check(drs, job)
    assert not result.result
    (failed,) = [one for one in result.precheck_result if one.result == "FAILED"]
    assert (failed.item, database in failed.raw_error_msg) == ("srcDbAlreadyExistedInDstDb", True)
    assert begin(drs, job).error_code == "DRS.M00304"


def test_a_transfer_that_breaks_is_a_failed_one(
    drs: Checked, server: Server, job: str, source_postgres: Place, database: str
) -> None:
    assert check(drs, job).result
    with session(source_postgres) as connection:
        connection.execute(f"drop database {database} with (force)")
    begin(drs, job)
    server.put_forward(2)
    wait_for(drs, job, "FULL_TRANSFER_FAILED", "STARTJOBING", "FULL_TRANSFER_STARTED")
    request = BatchListJobStatusRequest(body=BatchQueryJobReqPage(jobs=[job]))
    assert "does not exist" in drs.batch_list_job_status(request).results[0].error_message


def test_jobs_obey_their_fate(drs: Checked, server: Server, postgres: Any, job: str) -> None:
    server.fault("drs.batch_create_jobs", "fails")
    failed = create(drs, postgres.id)
    server.fault("drs.batch_create_jobs", "never arrives")
    waits = create(drs, postgres.id)
    check(drs, job)
    server.fault("drs.batch_start_jobs", "fails")
    begin(drs, job)
    server.put_forward(86400)
    found = [state(drs, one) for one in (failed, waits, job)]
    assert found == ["CREATE_FAILED", "CREATING", "FULL_TRANSFER_FAILED"]
    assert end(drs, failed, "delete").status == "success"


def test_a_transfer_goes_on_after_the_clouds_process_was_started_again(
    drs: Checked,
    job: str,
    start: Callable[[], Server],
    monkeypatch: pytest.MonkeyPatch,
    target: Place,
    database: str,
) -> None:
    from lab.cloud.drs_transfers import Transfers

    assert check(drs, job).result
    # the first process never gets to the copy: it was killed after the start was noted
    with monkeypatch.context() as patch:
        patch.setattr(Transfers, "begin", lambda self, key, *, afresh=False: None)
        begin(drs, job)
    with session(target) as connection:
        connection.execute(f"create database {database}")
    again = Checked(clients.open_client("drs", start().url, clients.regional(KEY, SECRET, PROJECT)))
    wait_for(again, job, "FULL_TRANSFER_COMPLETE", "STARTJOBING", "FULL_TRANSFER_STARTED")
    with session(target, database) as connection:
        assert connection.execute("select count(*) from lines").fetchone() == (2000,)


def test_a_wrong_signature_is_refused(connect: Callable[..., Any]) -> None:
    with pytest.raises(ClientRequestException) as caught:
        connect("drs", secret="wrong").show_job_list(
            ShowJobListRequest(body=QueryJobsReq(db_use_type="sync"))
        )
    assert caught.value.status_code == 401
