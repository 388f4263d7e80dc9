"""A bucket's copy moves what differs, removes what it may, and proves every object."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.errors import PermanentError, ProofError, TemporaryError
from include.objects import jobs
from include.objects.copying import copy_bucket, copy_bucket_delta
from include.objects.handover import hand_over_buckets, take_back_buckets
from include.objects.jobs import BucketJob
from include.objects.proving import prove_bucket
from include.objects.transfer import BucketPair
from include.objects.uploads import abort_all_uploads
from include.planning.model import Plan, save_plan
from include.planning.ownership import mark_bucket
from include.run import MigrationRun
from tests.builders.definitions import definition as lab_definition
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.objects.fake_store import FakeStore

KEY = "product-pictures"


@dataclass
class Stores:
    source: FakeStore
    target: FakeStore


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Stores:
    clock = [0]
    both = Stores(FakeStore(clock), FakeStore(clock))
    sides = {"us-east-1": both.source, "eu-de": both.target}
    monkeypatch.setattr(jobs, "open_client", lambda access: sides[access.region])
    both.source.put_object("b", "a.jpg", b"picture", ContentType="image/jpeg", Metadata={"author": "x"})
    both.source.put_object("b", "b.txt", b"text", CacheControl="no-cache", Tagging="kind=note")
    return both


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return _run(tmp_path)


def _run(folder: Path, **of_bucket: Any) -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document["buckets"][0].update(of_bucket)

    built = build_run(folder, definition=lab_definition(change))
    row = plan_row(KEY, "obs_sync", details={"name": KEY})
    save_plan(built.ledger, Plan.model_validate({"items": [row]}))
    return built


def test_objects_arrive_with_what_they_carry_and_are_proved(stores: Stores, run: MigrationRun) -> None:
    assert copy_bucket(run, KEY) == "copied"

    carried = stores.target.objects["b.txt"]["carried"]
    assert carried == {"CacheControl": "no-cache", "Tagging": "kind=note"}
    assert prove_bucket(run, KEY).source == {"objects": 2, "bytes": 11}
    item = run.ledger.item("obs_sync", KEY)
    assert item is not None
    assert (item.action, item.bytes) == ("copied", 11)


def test_a_second_copy_finds_everything_equal(stores: Stores, run: MigrationRun, tmp_path: Path) -> None:
    copy_bucket(run, KEY)

    assert copy_bucket(_run(tmp_path / "second"), KEY) == "already_equal"


def test_the_marker_is_neither_copied_nor_compared(stores: Stores, run: MigrationRun) -> None:
    mark_bucket(stores.target, "b", "lab")

    copy_bucket(run, KEY)

    assert prove_bucket(run, KEY).equal


def test_changed_content_and_changed_metadata_are_copied_again(stores: Stores, run: MigrationRun) -> None:
    copy_bucket(run, KEY)
    stores.source.put_object("b", "a.jpg", b"PICTURE", ContentType="image/jpeg")
    stores.source.put_object("b", "b.txt", b"text", CacheControl="max-age=1")

    assert copy_bucket_delta(run, KEY) == {"objects": 2, "bytes": 11, "removed": 0}
    assert prove_bucket(run, KEY).equal


def test_an_object_removed_on_the_source_is_removed_but_no_other(stores: Stores, run: MigrationRun) -> None:
    copy_bucket(run, KEY)
    del stores.source.objects["a.jpg"]
    stores.target.put_object("b", "foreign", b"?")

    assert copy_bucket_delta(run, KEY)["removed"] == 1
    assert set(stores.target.objects) == {"b.txt", "foreign"}
    with pytest.raises(ProofError, match=r"1 objects differ \(foreign\)"):
        prove_bucket(run, KEY)


def test_what_the_source_wrote_since_is_left_to_the_delta(stores: Stores, run: MigrationRun) -> None:
    copy_bucket(run, KEY)
    stores.source.put_object("b", "late", b"x")

    proof = prove_bucket(run, KEY)

    assert proof.equal
    assert "1 changed since and are left to the delta" in proof.method
    copy_bucket_delta(run, KEY)
    assert prove_bucket(run, KEY).source["objects"] == 3


def test_what_came_within_the_second_of_the_listing_is_left_to_the_delta(
    stores: Stores, run: MigrationRun
) -> None:
    copy_bucket(run, KEY)
    stores.source.put_object("b", "late", b"x")
    stores.source.objects["late"]["modified"] = stores.source.objects["b.txt"]["modified"]

    assert prove_bucket(run, KEY).equal


def test_a_failed_proof_names_what_differs_and_the_next_copy_repairs_it(
    stores: Stores, run: MigrationRun
) -> None:
    copy_bucket(run, KEY)
    stores.target.put_object("b", "a.jpg", b"picture", ContentType="text/plain")

    with pytest.raises(ProofError, match=r"a\.jpg"):
        prove_bucket(run, KEY)

    detail = run.ledger.read(f"proofs-detail/{KEY}")["differences"]
    assert detail == [{"object": "a.jpg", "what": "headers or metadata: ContentType, Metadata"}]
    assert copy_bucket(run, KEY) == "copied"
    assert prove_bucket(run, KEY).equal


def test_a_target_in_use_is_left_alone(stores: Stores, run: MigrationRun, tmp_path: Path) -> None:
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    stores.target.put_object("b", "a.jpg", b"newer")
    second = _run(tmp_path / "second")

    assert copy_bucket(second, KEY) == "already_equal"
    assert prove_bucket(second, KEY).equal
    assert stores.target.objects["a.jpg"]["body"] == b"newer"


def test_writes_on_the_source_after_the_hand_over_are_told(
    stores: Stores, run: MigrationRun, tmp_path: Path
) -> None:
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    stores.source.put_object("b", "late", b"x")

    with pytest.raises(PermanentError, match="the source was written to since"):
        copy_bucket(_run(tmp_path / "second"), KEY)

    take_back_buckets(run)
    assert copy_bucket(_run(tmp_path / "third"), KEY) == "copied"


def test_a_hand_over_needs_a_copy_without_writers(stores: Stores, run: MigrationRun) -> None:
    copy_bucket(run, KEY)

    with pytest.raises(PermanentError, match="copy the delta before the switch"):
        hand_over_buckets(run)


def test_an_object_proved_before_is_not_asked_for_again_unless_it_is_young_or_changed(
    stores: Stores, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        stores.source.put_object("b", f"{number}", b"x")
    copy_bucket(run, KEY)
    prove_bucket(run, KEY)
    asked: list[str] = []
    head = stores.target.head_object

    def remember(Bucket: str, Key: str) -> dict[str, object]:  # ruff: ignore[invalid-argument-name]
        asked.append(Key)
        return head(Bucket, Key)

    monkeypatch.setattr(stores.target, "head_object", remember)
    stores.target.put_object("b", "0", b"x", ContentType="text/plain")

    with pytest.raises(ProofError, match=r"1 objects differ \(0\)"):
        prove_bucket(run, KEY)

    assert "0" in asked
    assert "2" not in asked


def test_an_upload_that_a_killed_task_left_unfinished_is_given_up(stores: Stores, run: MigrationRun) -> None:
    stores.target.uploads = [{"Key": "a", "UploadId": "1"}, {"Key": "b", "UploadId": "2"}]
    copy_bucket(run, KEY)
    assert stores.target.uploads == []


def test_unfinished_uploads_into_a_target_in_use_are_its_application_s(
    stores: Stores, run: MigrationRun
) -> None:
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    stores.target.uploads = [{"Key": "a", "UploadId": "1"}]
    assert abort_all_uploads(run) == 0
    take_back_buckets(run)
    assert abort_all_uploads(run) == 1


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("InvalidObjectState", PermanentError, "it lies in an archive: restore it on the source"),
        ("ExpiredToken", PermanentError, "the login has ended: put a new one into the connection"),
        ("InsufficientStorageSpace", PermanentError, "no room is left: raise the bucket's quota"),
        ("InternalError", TemporaryError, "whether its disk is full; .*a retry goes on from there"),
        ("SlowDown", TemporaryError, "no; what was copied stays, a retry goes on from there"),
    ],
)
def test_an_object_that_cannot_be_read_is_named(
    stores: Stores,
    run: MigrationRun,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    kind: type[Exception],
    text: str,
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    monkeypatch.setattr(stores.source, "get_object", refuse)

    with pytest.raises(kind, match=rf"object '(a\.jpg|b\.txt)': .*{text}"):
        copy_bucket(run, KEY)


def test_what_the_source_removes_is_kept_where_the_definition_says_so(stores: Stores, tmp_path: Path) -> None:
    run = _run(tmp_path, delete_extra=False)
    copy_bucket(run, KEY)
    del stores.source.objects["a.jpg"]

    assert copy_bucket_delta(run, KEY)["removed"] == 0
    assert copy_bucket_delta(run, KEY)["removed"] == 0
    assert set(stores.target.objects) == {"a.jpg", "b.txt"}
    proof = prove_bucket(run, KEY)
    assert proof.equal
    assert "1 that the source removed are kept" in proof.method
    stores.target.put_object("b", "foreign", b"?")
    with pytest.raises(ProofError, match="foreign"):
        prove_bucket(run, KEY)


def test_the_proof_of_a_copy_in_other_parts_reads_nothing_again(
    stores: Stores, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.source.objects["a.jpg"]["etag"] = "other-2"
    monkeypatch.setattr(BucketPair, "_copy_in_parts", BucketPair._copy_whole)
    copy_bucket(run, KEY)
    for store in (stores.source, stores.target):
        monkeypatch.setattr(store, "get_object", None)
    monkeypatch.setattr(stores.source, "head_object", None)
    monkeypatch.setattr(BucketJob, "read_handover", lambda _: None)

    assert prove_bucket(run, KEY).equal
    assert copy_bucket_delta(run, KEY)["objects"] == 0


def test_a_target_that_was_overwritten_since_is_read(
    stores: Stores, run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BucketPair, "_copy_in_parts", BucketPair._copy_whole)
    stores.source.objects["a.jpg"]["etag"] = "other-1"
    copy_bucket_delta(run, KEY)
    stores.target.put_object("b", "a.jpg", b"PICTURE", ContentType="image/jpeg", Metadata={"author": "x"})

    with pytest.raises(ProofError, match=r"a\.jpg"):
        prove_bucket(run, KEY)

    (row,) = run.ledger.read(f"proofs-detail/{KEY}")["differences"]
    assert (row["what"], row["source"]) == ("content", hashlib.sha256(b"picture").hexdigest())


def test_a_storage_class_becomes_the_one_of_the_definition(stores: Stores, run: MigrationRun) -> None:
    stores.source.put_object("b", "cool", b"x", StorageClass="ONEZONE_IA")
    stores.source.put_object("b", "odd", b"x", StorageClass="REDUCED_REDUNDANCY")
    copy_bucket(run, KEY)

    assert stores.target.objects["cool"]["carried"] == {"StorageClass": "STANDARD_IA"}
    assert stores.target.objects["odd"]["carried"] == {}
    assert prove_bucket(run, KEY).equal
    stores.target.put_object("b", "cool", b"x")
    with pytest.raises(ProofError, match="cool"):
        prove_bucket(run, KEY)
