"""What is kept, unmarked and deleted in object storage: on a real store of the tests' own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.planning.ownership import mark_bucket
from include.planning.storage_client import bucket_exists, list_objects, open_storage
from include.retirement import delete_source, keep_last_backup, remove_from_buckets
from include.retirement.choosing import note_choice
from include.run import MigrationRun
from tests.builders.connections import connection_documents, connections
from tests.builders.definitions import definition
from tests.builders.runs import run as lab_run
from tests.contract.cloud.servers import object_store

KEYS = ("of-tests", "of-tests-only-secret")
EXPIRES = "2026-12-27T10:00:00Z"


@pytest.fixture(scope="module")
def endpoint() -> Generator[str]:
    with object_store(KEYS, "eu-de") as store:
        yield store.endpoint


@pytest.fixture
def run(endpoint: str, tmp_path: Path) -> Generator[MigrationRun]:
    """A run whose source bucket, target bucket and bucket of backups lie in the store."""
    store = {
        **connection_documents()["obs"],
        "login": KEYS[0],
        "password": KEYS[1],
        "extra": {
            "endpoint_url": endpoint,
            "region_name": "eu-de",
            "config_kwargs": {"s3": {"addressing_style": "path"}},
        },
    }

    def change(document: dict[str, Any]) -> None:
        document["databases"], document["checks"] = [], []
        document["buckets"][0]["target"]["bucket"] = "pictures-on-the-target"

    made = lab_run(
        tmp_path, definition=definition(change), connections=connections(obs=store, source_s3=store)
    )
    made.ledger.write("plan", {"items": []})
    names = ("product-pictures", "pictures-on-the-target", "cce-migration-velero", "cce-migration-volumes")
    client = client_of(made)
    for name in names:
        client.create_bucket(Bucket=name)
    yield made
    for name in names:
        if bucket_exists(client, name):
            for key, _ in list_objects(client, name):
                client.delete_object(Bucket=name, Key=key)
            client.delete_bucket(Bucket=name)


def client_of(run: MigrationRun) -> Any:
    return open_storage(run.connections.object_storage("obs"))


def put(run: MigrationRun, bucket: str, *keys: str, body: bytes = b"x") -> None:
    for key in keys:
        client_of(run).put_object(Bucket=bucket, Key=key, Body=body)


def keys(run: MigrationRun, bucket: str) -> list[str]:
    return sorted(key for key, _ in list_objects(client_of(run), bucket))


def back_up(run: MigrationRun) -> str:
    folder = f"lab/backups/{run.short_id}"
    put(run, "cce-migration-velero", f"{folder}/{run.short_id}.tar.gz", body=b"archive")
    document = json.dumps({"status": {"expiration": EXPIRES}}).encode()
    put(run, "cce-migration-velero", f"{folder}/velero-backup.json", body=document)
    put(run, "cce-migration-volumes", "restic/lab/config", "restic/lab/data/aa", "restic/other/config")
    return folder


def test_the_last_backup_is_told_with_its_retention(run: MigrationRun) -> None:
    back_up(run)
    kept = keep_last_backup(run)

    assert kept["objects"]["keep_until"] == EXPIRES
    assert kept["objects"]["bytes"] == len(b"archive") + len(json.dumps({"status": {"expiration": EXPIRES}}))
    assert (kept["volumes"]["objects"], kept["volumes"]["bytes"]) == (2, 2)


def test_without_a_backup_nothing_is_removed(run: MigrationRun) -> None:
    put(run, "cce-migration-velero", f"lab/backups/{run.short_id}/log.gz", body=gzip.compress(b""))
    with pytest.raises(ProofError, match="has no archive; back the source up before it is retired"):
        keep_last_backup(run)
    assert not run.ledger.proofs("source_retirement")["backup/source"].equal


def test_only_this_migration_s_markers_go_and_every_object_stays(run: MigrationRun) -> None:
    bucket = "pictures-on-the-target"
    put(run, bucket, "a", ".cce-migration-lab-handed-over.json", ".cce-migration-lab2.json")
    mark_bucket(client_of(run), bucket, "lab")
    remove_from_buckets(run)
    remove_from_buckets(run)

    assert keys(run, bucket) == [".cce-migration-lab2.json", "a"]


def test_what_nobody_chose_stays(run: MigrationRun) -> None:
    back_up(run)
    put(run, "product-pictures", "a")

    assert delete_source(run) == 0
    assert keys(run, "product-pictures") == ["a"]


def test_a_chosen_bucket_goes_with_all_of_its_versions_and_nothing_else(run: MigrationRun) -> None:
    client = client_of(run)
    client.put_bucket_versioning(Bucket="product-pictures", VersioningConfiguration={"Status": "Enabled"})
    put(run, "product-pictures", *(f"folder/{number}" for number in range(30)))
    put(run, "product-pictures", "folder/1", body=b"newer")
    client.delete_object(Bucket="product-pictures", Key="folder/2")
    back_up(run)
    note_choice(run, ["buckets"])

    assert delete_source(run) == 1
    assert delete_source(run) == 1
    assert not bucket_exists(client, "product-pictures")
    assert keys(run, "cce-migration-velero") != []
    proof = run.ledger.proofs("source_retirement")["deleted/bucket product-pictures of the source"]
    assert proof.equal


def test_chosen_backups_go_and_those_of_other_migrations_stay(run: MigrationRun) -> None:
    back_up(run)
    put(run, "cce-migration-velero", "lab2/backups/one")
    note_choice(run, ["backups"])

    assert delete_source(run) == 2
    assert keys(run, "cce-migration-velero") == ["lab2/backups/one"]
    assert keys(run, "cce-migration-volumes") == ["restic/other/config"]
