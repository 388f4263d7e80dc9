"""A store that holds both buckets copies by itself, attributes included; where it may not, the worker copies: always equal."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.objects import copy_bucket, copy_bucket_delta
from include.objects.transfer import BucketPair
from include.planning.storage_client import open_storage
from tests.builders.moves import KEY, OBJECTS, SmallMove, bucket_move
from tests.contract.cloud.servers import PASSWORD
from tests.contract.faults.servers import Service, object_store, running

MIB = 2**20
SIDES = {"source": "source_s3", "target": "obs"}
CARRIED = {
    "ContentType": "text/plain",
    "CacheControl": "max-age=5",
    "ContentEncoding": "gzip",
    "Metadata": {"colour": "green"},
    "Tagging": "team=shop",
}


@pytest.fixture(scope="module")
def store() -> Iterator[Service]:
    with (
        tempfile.TemporaryDirectory(prefix="cce-store-") as folder,
        running(object_store(Path(folder))) as started,
    ):
        yield started


@pytest.fixture
def move(store: Service, tmp_path: Path) -> SmallMove:
    """Objects of every sort: with attributes, in parts, empty, with odd names."""
    name = f"one{uuid.uuid4().hex[:8]}"
    documents = {side: dict(store.document) for side in SIDES.values()}
    made = bucket_move(name, documents, SIDES, tmp_path)
    client = client_of(made)
    client.put_object(Bucket=name, Key="ünï +&/日本.txt", Body=b"x" * 1000, **CARRIED)
    client.put_object(Bucket=name, Key="empty", Body=b"")
    upload = client.create_multipart_upload(Bucket=name, Key="film", Metadata={"cut": "yes"})["UploadId"]
    place = {"Bucket": name, "Key": "film", "UploadId": upload}
    parts = [
        {"PartNumber": number, "ETag": client.upload_part(**place, PartNumber=number, Body=body)["ETag"]}
        for number, body in enumerate((b"a" * 6 * MIB, b"b" * 6 * MIB, b"c" * MIB), start=1)
    ]
    client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    return made


def client_of(move: SmallMove, side: str = "source") -> Any:
    return open_storage(move.run().connections.object_storage(SIDES[side]))


def listed(client: Any, bucket: str) -> dict[str, str]:
    rows = client.list_objects_v2(Bucket=bucket)["Contents"]
    return {row["Key"]: row["ETag"] for row in rows if not row["Key"].startswith(".")}


@contextmanager
def through_the_worker(monkeypatch: pytest.MonkeyPatch) -> Generator[list[str]]:
    """Yield the ETags of what the worker reads."""
    etags: list[str] = []
    real = BucketPair._blocks

    def blocks(pair: BucketPair, answer: Any) -> Any:
        etags.append(answer["ETag"])
        return real(pair, answer)

    with monkeypatch.context() as patch:
        patch.setattr(BucketPair, "_blocks", blocks)
        yield etags


def test_what_a_store_copies_does_not_pass_through_the_worker_and_all_arrives(
    move: SmallMove, monkeypatch: pytest.MonkeyPatch
) -> None:
    with through_the_worker(monkeypatch) as etags:
        move.copy()
        move.prove()
    client = client_of(move)
    here = listed(client, move.name)
    assert here == listed(client, f"{move.name}-target")
    assert len(here) == OBJECTS + 3
    # SeaweedFS gives copied parts other ETags, so that this one is copied again, and hashed on its way
    assert set(etags) <= {here["film"]}
    answer = client.head_object(Bucket=f"{move.name}-target", Key="ünï +&/日本.txt")
    assert [
        answer[name] for name in ("ContentType", "CacheControl", "ContentEncoding", "Metadata", "TagCount")
    ] == [
        *list(CARRIED.values())[:4],
        1,
    ]
    assert client.head_object(Bucket=f"{move.name}-target", Key="film")["Metadata"] == {"cut": "yes"}
    assert move.run().ledger.proofs("obs_sync")[KEY].equal


def test_a_delta_copies_what_changed_and_the_proof_sees_what_did_not_arrive(move: SmallMove) -> None:
    run, client = move.copy(), client_of(move)
    client.put_object(Bucket=move.name, Key="things/000", Body=b"changed", Metadata={"number": "0"})
    client.delete_object(Bucket=move.name, Key="things/001")
    assert copy_bucket_delta(run, KEY) == {"objects": 1, "bytes": 7, "removed": 1}
    move.prove()

    client.put_object(Bucket=f"{move.name}-target", Key="things/002", Body=b"somebody else's")
    with pytest.raises(ProofError, match="things/002"):
        move.prove()


def test_a_login_that_may_not_read_the_source_lets_the_worker_copy(
    move: SmallMove, store: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow_login(store, move)

    with through_the_worker(monkeypatch) as etags:
        move.copy()
        move.prove()
    assert len(etags) >= OBJECTS + 2
    assert listed(client_of(move), f"{move.name}-target") == listed(client_of(move), move.name)


def test_a_bucket_with_a_limit_goes_through_the_worker(
    move: SmallMove, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = move.change

    def limited(document: Any) -> None:
        before(document)
        document["buckets"][0]["bandwidth"] = {"limit": "100MB/s"}

    move.change = limited
    with through_the_worker(monkeypatch) as etags:
        move.copy()
        assert copy_bucket(move.run(), KEY) == "already_equal"
        move.prove()
    assert len(etags) >= OBJECTS + 2


def narrow_login(store: Service, move: SmallMove) -> None:
    """Give the target's side a login of its own, which may reach its bucket alone."""
    folder = store.log.parent
    document = json.loads((folder / "identities.json").read_text())
    bucket = f"{move.name}-target"
    narrow = {
        "name": "narrow",
        "credentials": [{"accessKey": "narrow", "secretKey": PASSWORD}],
        "actions": [f"{action}:{bucket}" for action in ("Admin", "Read", "Write", "List", "Tagging")],
    }
    document["identities"] = [*document["identities"], narrow]
    store.kill()
    (folder / "identities.json").write_text(json.dumps(document))
    store.start()
    move.connections[SIDES["target"]]["login"] = "narrow"
