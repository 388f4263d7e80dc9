"""A source is retired step by step on real database servers and a real store; only the clusters live in memory."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from include.connections import DatabaseAccess
from include.cutover import record_door
from include.databases.postgresql.following import PostgresqlFollower
from include.errors import ProofError
from include.evidence import write_bundle
from include.evidence.verify import main
from include.objects.jobs import BucketRecord
from include.planning.database_client import database_size, one_value, open_database
from include.planning.model import Plan, PlanItem, save_plan
from include.planning.ownership import mark_bucket, mark_database
from include.planning.server_notes import NOTES
from include.planning.storage_client import list_objects, open_storage
from include.report import write_report
from include.retirement import (
    begin_retirement,
    delete_source,
    fence_source,
    fencing,
    keep_last_backup,
    observe_source,
    observing,
    opening,
    remove_from_buckets,
    remove_from_databases,
    remove_installation,
    write_certificate,
)
from include.run import MigrationRun
from include.zones import RecordSet
from tests.builders.connections import connection_documents, connections
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import item, proof
from tests.builders.runs import run as lab_run
from tests.contract.cloud.servers import PASSWORD, object_store
from tests.contract.postgresql.servers import TARGET_ADMINISTRATOR, server

KEYS = ("of-tests", "of-tests-only-secret")
BUCKETS = ("product-pictures", "pictures-on-the-target", "cce-migration-velero", "cce-migration-volumes")
DOWNTIME = {"seconds": 1.0, "requests": 9, "writes_acknowledged": 4, "writes_lost": 0, "writes_doubled": 0}


@pytest.fixture(scope="module")
def source() -> Generator[DatabaseAccess]:
    with server("postgres", f"alter role postgres password '{PASSWORD}'", "postgres") as access:
        yield access


@pytest.fixture(scope="module")
def target() -> Generator[DatabaseAccess]:
    with server("rdsAdmin", TARGET_ADMINISTRATOR, "root") as access:
        yield access


@pytest.fixture(scope="module")
def endpoint() -> Generator[str]:
    with object_store(KEYS, "eu-de") as store:
        yield store.endpoint


@pytest.fixture
def run(
    source: DatabaseAccess,
    target: DatabaseAccess,
    endpoint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> MigrationRun:
    """A run that has switched the traffic, with all that a migration leaves in databases and buckets."""
    for module in (opening, fencing):
        monkeypatch.setattr(module, "is_traffic_on_target", lambda run: True)
    monkeypatch.setattr(record_door, "read_record", lambda run: [RecordSet("A", 1, ("198.18.20.32",))])
    monkeypatch.setattr(observing, "SECONDS_BETWEEN_LOOKS", 0.5)
    made = opened(source, target, endpoint, tmp_path)
    fill_databases(source, target)
    fill_buckets(made)
    record(made)
    return made


def opened(source: DatabaseAccess, target: DatabaseAccess, endpoint: str, folder: Path) -> MigrationRun:
    known = connection_documents()
    store = {
        **known["obs"],
        "login": KEYS[0],
        "password": KEYS[1],
        "extra": {
            "endpoint_url": endpoint,
            "region_name": "eu-de",
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        },
    }
    servers = {
        name: {**known[name], "host": one.host, "port": one.port, "login": one.user, "password": one.password}
        for name, one in (("source_postgres", source), ("target_postgres", target))
    }

    def change(document: dict[str, Any]) -> None:
        document["databases"] = [{**document["databases"][0], "mode": "follow"}]
        document["checks"] = []
        document["buckets"][0]["target"]["bucket"] = "pictures-on-the-target"
        document["retirement"] = {"observe_seconds": 5, "after_hours": 0}

    access = connections(obs=store, source_s3=store, **servers)
    made = lab_run(folder, definition=definition(change), connections=access)
    for side in ("source", "target"):
        made.__dict__[side] = MemoryCluster(side, make("v1", "Node", f"{side}-1"))
    return made


def fill_databases(source: DatabaseAccess, target: DatabaseAccess) -> None:
    for access in (source, target):
        with open_database(access) as cursor:
            cursor.execute("create database shop")
    with open_database(source, "shop") as cursor:
        cursor.execute("create table orders (id serial primary key, amount int)")
        cursor.execute("insert into orders (amount) values (1)")
    with closing(PostgresqlFollower(source, target, "shop")) as follower:
        follower.prepare()
    mark_database(target, "shop", "lab")


def fill_buckets(run: MigrationRun) -> None:
    client = open_storage(run.connections.object_storage("obs"))
    for name in BUCKETS:
        client.create_bucket(Bucket=name)
    client.put_object(Bucket="product-pictures", Key="a", Body=b"picture")
    client.put_object(Bucket="pictures-on-the-target", Key="a", Body=b"picture")
    mark_bucket(client, "pictures-on-the-target", "lab")
    folder = f"lab/backups/{run.short_id}"
    client.put_object(Bucket="cce-migration-velero", Key=f"{folder}/{run.short_id}.tar.gz", Body=b"archive")
    document = json.dumps({"status": {"expiration": "2026-12-27T10:00:00Z"}}).encode()
    client.put_object(Bucket="cce-migration-velero", Key=f"{folder}/velero-backup.json", Body=document)


def record(run: MigrationRun) -> None:
    rows = [
        plan_item("product-pictures", "obs_sync", "bucket"),
        plan_item("shop-orders", "rds_dump_restore", "database"),
    ]
    save_plan(run.ledger, Plan(items=rows))
    run.ledger.write("definition", run.definition)
    for row in rows:
        run.ledger.record_item(row.phase, item(row.key, row.phase, kind=row.kind))
        run.ledger.record_proof(row.phase, row.key, proof())
    client = open_storage(run.connections.object_storage("source_s3"))
    newest = client.list_objects_v2(Bucket="product-pictures")["Contents"][0]["LastModified"]
    copied = BucketRecord(
        key="product-pictures", at="-", final=True, objects=1, bytes=7, newest=newest.isoformat(), digest="-"
    )
    run.ledger.write("buckets/product-pictures/copy", copied)
    run.ledger.write("cutover/downtime", DOWNTIME)
    run.ledger.phase_finished("cutover", "succeeded")
    run.ledger.write("report", {"result": "succeeded"})


def plan_item(key: str, phase: str, kind: str) -> PlanItem:
    return PlanItem(
        key=key, phase=phase, kind=kind, source="from", target="to", action="copy", details={"name": key}
    )


def test_somebody_at_the_source_stops_it_and_afterwards_it_goes_on_to_the_certificate(
    run: MigrationRun, source: DatabaseAccess, target: DatabaseAccess, tmp_path: Path
) -> None:
    begin_retirement(run)
    fence_source(run)
    with open_database(source, "shop"), pytest.raises(ProofError, match="logged in: postgres from"):
        observe_source(run)
    observe_source(run)
    keep_last_backup(run)
    for step in (remove_from_databases, remove_from_buckets, remove_installation):
        step(run)
        step(run)
    assert delete_source(run) == 0
    written = write_certificate(run)
    run.ledger.phase_finished("source_retirement", "succeeded")

    assert one_value(source, "select count(*) from pg_replication_slots") == 0
    assert one_value(source, "select count(*) from pg_publication", database="shop") == 0
    assert one_value(source, "select count(*) from orders", database="shop") == 1
    assert database_size(target, NOTES) is None
    client = open_storage(run.connections.object_storage("obs"))
    assert [key for key, _ in list_objects(client, "pictures-on-the-target")] == ["a"]
    assert written["backup"]["objects"]["keep_until"] == "2026-12-27T10:00:00Z"
    assert write_report(run.ledger, "migration", "succeeded")["result"] == "succeeded"
    assert main([write_bundle(run)]) == 0
    with pytest.raises(Exception, match="was retired at"):
        begin_retirement(run)
