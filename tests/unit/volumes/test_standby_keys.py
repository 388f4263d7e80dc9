"""Movers that stand by get a key of their own; without one they open the repository as others do."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.errors import TemporaryError
from include.run import MigrationRun
from include.volumes import repository, standby_keys
from include.volumes.repository import repository_secrets
from include.volumes.restic_keys import open_key, seal_key
from include.volumes.standby_keys import remove_standby_keys, standby_secrets
from tests.builders.runs import run as lab_run

KEYS = "restic/lab/keys/"


class NoSuchBucketError(Exception):
    pass


class Bucket:
    """Be the few calls of a bucket that keys need."""

    exceptions = SimpleNamespace(NoSuchBucket=NoSuchBucketError)

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        return {"Contents": [{"Key": name} for name in sorted(self.objects) if name.startswith(Prefix)]}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        return {"Body": io.BytesIO(self.objects[Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # ruff: ignore[invalid-argument-name]
        self.objects[Key] = Body

    def delete_object(self, Bucket: str, Key: str) -> None:  # ruff: ignore[invalid-argument-name]
        del self.objects[Key]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    made = Bucket()
    for module in (repository, standby_keys):
        monkeypatch.setattr(module, "open_bucket", lambda run: made)
    return made


@pytest.fixture
def run(tmp_path: Path, bucket: Bucket) -> MigrationRun:
    made = lab_run(tmp_path)
    password = repository_secrets(made)["RESTIC_PASSWORD"]
    key_id, body = seal_key(b"master", password, {"username": "root"})
    bucket.objects[f"{KEYS}{key_id}"] = body
    return made


def test_the_new_key_opens_the_same_repository_by_another_password(run: MigrationRun, bucket: Bucket) -> None:
    known, given = repository_secrets(run), standby_secrets(run)
    made = json.loads(bucket.objects[f"{KEYS}{given['RESTIC_KEY_HINT']}"])
    assert open_key(made, given["RESTIC_PASSWORD"]) == b"master"
    assert given["RESTIC_PASSWORD"] != known["RESTIC_PASSWORD"]
    assert given["AWS_SECRET_ACCESS_KEY"] == known["AWS_SECRET_ACCESS_KEY"]
    assert made["hostname"] == run.short_id


def test_keys_of_every_run_go_and_the_repositorys_own_stays(run: MigrationRun, bucket: Bucket) -> None:
    own = list(bucket.objects)
    for _ in range(2):
        standby_secrets(run)
    assert remove_standby_keys(run) == 2
    assert list(bucket.objects) == own


def test_a_repository_of_another_password_is_told_and_opened_as_before(
    run: MigrationRun, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    bucket.objects = {
        f"{KEYS}other": seal_key(b"master", "another", {"username": "root"})[1],
        f"{KEYS}odd": b"?",
    }
    with caplog.at_level(logging.WARNING):
        assert standby_secrets(run) == repository_secrets(run)
    assert "which takes longer" in caplog.text
    assert len(bucket.objects) == 2


def test_a_bucket_that_does_not_answer_is_told_and_the_keys_own_way_is_gone(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Bucket):
        def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
            raise ClientError({"Error": {"Code": "SlowDown"}}, "ListObjectsV2")

    monkeypatch.setattr(standby_keys, "open_bucket", lambda run: Away())
    assert standby_secrets(run) == repository_secrets(run)
    with pytest.raises(TemporaryError, match=r"restic/lab/keys/.*SlowDown"):
        remove_standby_keys(run)


def test_a_bucket_that_was_never_made_holds_no_keys(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing(Bucket):
        def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
            raise NoSuchBucketError

    monkeypatch.setattr(standby_keys, "open_bucket", lambda run: Missing())
    assert remove_standby_keys(run) == 0
