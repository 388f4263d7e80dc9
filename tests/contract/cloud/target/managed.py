"""A run of the product whose database and bucket are filled by the managed engines, between real servers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from include import transfers
from include.cloud import Cloud
from include.connections import DocumentConnections
from include.databases.managed import ending
from include.ledger import Ledger
from include.planning.data_rows import bucket_rows, database_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from lab.cloud.backends.database_server import Place
from lab.cloud.backends.object_store import PARTS_ABOVE, ObjectStore
from lab.cloud.vpc import NODES
from tests.builders.connections import connection_documents
from tests.builders.definitions import definition
from tests.contract.cloud import servers
from tests.contract.cloud.conftest import KEY, PROJECT, SECRET, Server
from tests.contract.cloud.models import Checked
from tests.contract.cloud.test_drs import session

LARGE = b"0123456789abcdef" * (PARTS_ABOVE // 16 + 1)
OpenRun = Callable[..., MigrationRun]


class Killed(BaseException):
    """Be the end of the process."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Look often, and let the cloud's time pass between two looks."""
    monkeypatch.setattr(transfers, "POLL_SECONDS", 0.05)
    await_transfer = transfers.await_transfer

    def hurried(label: str, look: Callable[[], transfers.Look], longest: float) -> str:
        def forward() -> transfers.Look:
            server.put_forward(1)
            return look()

        return await_transfer(label, forward, longest)

    for module in (
        "include.databases.managed.filling",
        "include.databases.managed.starting",
        ending.__name__,
    ):
        monkeypatch.setattr(f"{module}.await_transfer", hurried)
    monkeypatch.setattr("include.objects.managed.filling.await_transfer", hurried)


@pytest.fixture
def names(source_postgres: Place, stores: ObjectStore, server: Server) -> Generator[dict[str, str]]:
    """Give a database and a bucket of the source, and what the target calls them."""
    end = uuid.uuid4().hex[:8]
    found = {"database": f"orders_{end}", "source": f"pictures-{end}", "target": f"copies-{end}"}
    with session(source_postgres) as connection:
        connection.execute(f"create database {found['database']}")
        connection.execute(f"alter database {found['database']} set search_path = public, app")
    with session(source_postgres, found["database"]) as connection:
        connection.execute("create schema app; create table app.lines (id serial primary key, note text)")
        connection.execute(
            "insert into app.lines (note) select repeat('x', 100) from generate_series(1, 500)"
        )
        connection.execute("create view notes as select note from app.lines")
    store = stores.open(KEY, SECRET)
    for bucket in (found["source"], found["target"]):
        store.create_bucket(Bucket=bucket)
    place = {"Bucket": found["source"]}
    store.put_object(**place, Key="one.txt", Body=b"one", Metadata={"by": "ann"}, Tagging="kind=note")
    store.put_object(**place, Key="oms/own", Body=b"the source's own")
    store.upload_fileobj(Fileobj=_Reader(LARGE), Bucket=found["source"], Key="large")
    yield found
    target = Place(servers.HOST, _target_port(server), "root", servers.PASSWORD)
    for one in (source_postgres, target):
        with session(one) as connection:
            connection.execute(f"drop database if exists {found['database']} with (force)")


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int = -1) -> bytes:
        end = len(self._content) if size < 0 else size
        found, self._content = self._content[:end], self._content[end:]
        return found


def _target_port(server: Server) -> int:
    from huaweicloudsdkrds.v3 import ListInstancesRequest

    from tests.contract.cloud import clients

    rds = clients.open_client("rds", server.url, clients.regional(KEY, SECRET, PROJECT))
    (found,) = rds.list_instances(ListInstancesRequest(name="target-postgres")).instances
    return int(found.port)


@pytest.fixture
def open_managed(
    tmp_path: Path, server: Server, names: dict[str, str], source_postgres: Place, stores: ObjectStore
) -> OpenRun:
    """Return what opens a run whose database and bucket are planned for the managed engines."""

    def opened(run_id: str = "one", mode: str = "dump", **changed: Any) -> MigrationRun:
        def change(document: dict[str, Any]) -> None:
            database, bucket = document["databases"][0], document["buckets"][0]
            database.update({
                "database": names["database"],
                "rds": {"connection": "huawei_cloud", "instance": "target-postgres"},
                "mode": mode,
                "copy_with": "drs",
                "drs": {"subnet": NODES.id, "network": "vpc", **changed},
            })
            bucket["source"]["bucket"], bucket["target"]["bucket"] = names["source"], names["target"]
            bucket["copy_with"] = "oms"
            bucket["oms"] = {
                "connection": "huawei_cloud",
                "source_cloud": "AWS",
                "source_region": "us-east-1",
            }
            document["databases"], document["buckets"] = [database], [bucket]
            document["checks"] = []

        wanted = definition(change)
        documents = {**connection_documents(), **_connections(server, source_postgres, stores)}
        ledger = Ledger(tmp_path / "ledger", wanted.name, run_id)
        run = MigrationRun(wanted, ledger, DocumentConnections(documents), run_id)
        save_plan(ledger, Plan(items=[*database_rows(run), *bucket_rows(run)]))
        return run

    return opened


def _connections(server: Server, source: Place, stores: ObjectStore) -> dict[str, dict[str, Any]]:
    storage = {
        "conn_type": "aws",
        "login": KEY,
        "password": SECRET,
        "extra": {
            "endpoint_url": stores.endpoint,
            "region_name": stores.region,
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        },
    }
    return {
        "source_postgres": {
            "conn_type": "postgres",
            "host": source.address,
            "port": source.port,
            "login": source.user,
            "password": source.password,
        },
        "target_postgres": {"conn_type": "postgres", "login": "root", "password": servers.PASSWORD},
        "source_s3": storage,
        "obs": storage,
        "huawei_cloud": {
            "conn_type": "cce",
            "login": KEY,
            "password": SECRET,
            "extra": {
                "cloud": "huawei",
                "region": "eu-de",
                "project_id": PROJECT,
                "endpoints": dict.fromkeys(("rds", "drs", "oms"), server.url),
            },
        },
    }


def keys(run: MigrationRun) -> tuple[str, str]:
    return run.definition.databases[0].name, run.definition.buckets[0].name


def jobs(drs: Checked) -> list[Any]:
    from huaweicloudsdkdrs.v3 import QueryJobsReq, ShowJobListRequest

    return list(drs.show_job_list(ShowJobListRequest(body=QueryJobsReq(db_use_type="sync"))).jobs)


def tasks(oms: Checked) -> list[Any]:
    from huaweicloudsdkoms.v2 import ListTasksRequest

    return list(oms.list_tasks(ListTasksRequest(limit=100, offset=0)).tasks)


def kill_after(monkeypatch: pytest.MonkeyPatch, operation: str) -> Callable[[], None]:
    call = Cloud.call

    def killed(self: Cloud, service: Any, method: str, **fields: Any) -> Any:
        answer = call(self, service, method, **fields)
        if f"{service}.{method}" == operation:
            raise Killed
        return answer

    monkeypatch.setattr(Cloud, "call", killed)
    return lambda: monkeypatch.setattr(Cloud, "call", call)
