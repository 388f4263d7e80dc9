"""A bucket is copied from the source's storage into OBS, which refuses what real OBS refuses, and proved."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from include.connections import ObjectStorageAccess
from include.errors import ProofError
from include.objects import copy_bucket, copy_bucket_delta, jobs, prove_bucket
from include.objects.handover import hand_over_buckets
from include.objects.recreating import recreate_settings
from include.objects.setting_rows import setting_rows
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.contract.storage_client import made_bucket, open_client

pytestmark = pytest.mark.lab
KEY = "product-pictures"
MIB = 2**20
# SeaweedFS lists folders before what S3 lists before them.
KEYS = ("obj/x", "obj+", "obj1", "obj", "ünïcode/日本語😀", "a b", "empty")


@pytest.fixture
def source(connections: dict[str, dict[str, Any]]) -> Any:
    return open_client(connections["source_s3"])


@pytest.fixture
def target(connections: dict[str, dict[str, Any]]) -> Any:
    return open_client(connections["obs"])


@pytest.fixture
def buckets(source: Any, target: Any) -> Generator[tuple[str, str]]:
    with made_bucket(source) as one, made_bucket(target) as other:
        yield one, other


@pytest.fixture
def run(
    tmp_path: Path,
    connections: dict[str, dict[str, Any]],
    buckets: tuple[str, str],
    source: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document["buckets"][0]["source"]["bucket"], document["buckets"][0]["target"]["bucket"] = buckets

    fill(source, buckets[0])
    built = build_run(tmp_path, definition=definition(change))
    styles = {"path": "source_s3", "virtual": "obs"}
    real = jobs.open_client
    monkeypatch.setattr(
        jobs, "open_client", lambda known: real(access(connections[styles[known.addressing_style]]))
    )
    settings = [row.model_dump() for row in setting_rows(built.definition.buckets[0], source)]
    bucket = plan_row(KEY, "obs_sync", details={"name": KEY})
    save_plan(built.ledger, Plan.model_validate({"items": [bucket, *settings]}))
    return built


def access(document: dict[str, Any]) -> ObjectStorageAccess:
    extra = document["extra"]
    return ObjectStorageAccess(
        endpoint_url=extra["endpoint_url"],
        region=extra["region_name"],
        access_key=document["login"],
        secret_key=document["password"],
        addressing_style=extra["config_kwargs"]["s3"]["addressing_style"],
    )


def fill(client: Any, bucket: str) -> None:
    """Put odd keys, an object in parts of 6 MiB, a cool one, and settings."""
    for key in KEYS:
        body = b"" if key == "empty" else key.encode()
        client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="image/png", Metadata={"n": "1"})
    client.put_object(Bucket=bucket, Key="cool", Body=b"x", StorageClass="STANDARD_IA", Tagging="kind=note")
    upload = client.create_multipart_upload(Bucket=bucket, Key="film")["UploadId"]
    place = {"Bucket": bucket, "Key": "film", "UploadId": upload}
    parts = [
        client.upload_part(**place, PartNumber=number, Body=os.urandom(size * MIB))
        for number, size in ((1, 6), (2, 6), (3, 1))
    ]
    made = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, start=1)]
    client.complete_multipart_upload(**place, MultipartUpload={"Parts": made})
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 30}}
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": cors})
    client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "shop"}]})


def test_a_bucket_arrives_with_all_it_has(
    run: MigrationRun, source: Any, target: Any, buckets: tuple[str, str]
) -> None:
    assert copy_bucket(run, KEY) == "copied"
    assert prove_bucket(run, KEY).source["objects"] == len(KEYS) + 2
    assert copy_bucket(run, KEY) == "already_equal"

    found = target.head_object(Bucket=buckets[1], Key="cool")
    assert (found["StorageClass"], found["TagCount"]) == ("STANDARD_IA", 1)
    films = [
        client.get_object(Bucket=bucket, Key="film")["Body"].read()
        for client, bucket in zip((source, target), buckets, strict=True)
    ]
    assert films[0] == films[1]
    rows = dict(row for name in run.ledger.list("buckets") if "/written/" in name
                for row in run.ledger.read(name)["objects"].items())  # fmt: skip
    assert hashlib.sha256(films[0]).hexdigest() in rows["film"]


def test_settings_are_read_back_and_rules_work_after_the_hand_over(
    run: MigrationRun, target: Any, buckets: tuple[str, str]
) -> None:
    assert recreate_settings(run) == 3
    (rule,) = target.get_bucket_lifecycle_configuration(Bucket=buckets[1])["Rules"]
    assert rule["Status"] == "Disabled"
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    (rule,) = target.get_bucket_lifecycle_configuration(Bucket=buckets[1])["Rules"]
    assert rule["Status"] == "Enabled"


def test_what_somebody_else_put_into_the_target_stays_and_is_told(
    run: MigrationRun, source: Any, target: Any, buckets: tuple[str, str]
) -> None:
    copy_bucket(run, KEY)
    source.delete_object(Bucket=buckets[0], Key="obj+")
    target.put_object(Bucket=buckets[1], Key="foreign", Body=b"x")

    assert copy_bucket_delta(run, KEY)["removed"] == 1
    with pytest.raises(ProofError, match=r"1 objects differ \(foreign\)"):
        prove_bucket(run, KEY)
    assert target.head_object(Bucket=buckets[1], Key="foreign")["ContentLength"] == 1
