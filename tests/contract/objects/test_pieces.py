"""A bucket is copied in pieces by several processes at once, any of which may be killed, and is proved as one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from include.errors import ProofError
from include.objects import copy_bucket, copy_bucket_delta, copy_shard, prove_bucket, ranges, shard_buckets
from include.objects.jobs import BucketRecord, open_job
from include.objects.pieces import copy_piece
from include.objects.transfer import BucketPair
from include.planning.data_rows import bucket_rows
from include.planning.model import Plan, load_plan, save_plan
from include.planning.storage_client import open_storage
from include.run import MigrationRun
from tests.builders.moves import KEY, OBJECT_SIZE, OBJECTS, SmallMove, bucket_move
from tests.contract.faults.servers import Service, object_store, running

PIECES = 4
SMALL = 400
KILLED = -signal.SIGKILL
# Two names of one store would let it copy by itself.
SIDES = {"source": "source_s3", "target": "obs"}


@pytest.fixture(scope="module")
def stores() -> Iterator[list[Service]]:
    with (
        tempfile.TemporaryDirectory(prefix="cce-source-") as one,
        tempfile.TemporaryDirectory(prefix="cce-target-") as other,
        running(object_store(Path(one))) as source,
        running(object_store(Path(other))) as target,
    ):
        yield [source, target]


@pytest.fixture
def move(stores: list[Service], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallMove:
    """Objects of 2 MB in one folder and many small ones in another, with weights of pieces that fit them."""
    weight = ranges.weight_of(OBJECTS + SMALL, OBJECTS * OBJECT_SIZE)
    monkeypatch.setattr(ranges, "LEAST_WEIGHT", weight // PIECES)
    name = f"pieces{uuid.uuid4().hex[:8]}"
    documents = {side: dict(store.document) for side, store in zip(SIDES.values(), stores, strict=True)}
    made = bucket_move(name, documents, SIDES, tmp_path)
    for number in range(SMALL):
        client_of(made).put_object(
            Bucket=name, Key=f"small/{number:05}", Body=b"%d" % number, ContentType="image/png"
        )
    return made


def client_of(move: SmallMove, side: str = "source") -> Any:
    return open_storage(move.run().connections.object_storage(SIDES[side]))


def planned(move: SmallMove, run_id: str, *, whole: bool = False) -> MigrationRun:
    run = move.run(run_id)
    rows = bucket_rows(run)
    if whole:
        rows = [row.model_copy(update={"details": {"name": KEY}}) for row in rows]
    save_plan(run.ledger, Plan(items=rows))
    return run


def at_once(work: list[Callable[[], object]]) -> list[int | None]:
    """Do everything in a process each, as mapped tasks do; return how they ended."""
    # A child has to know the weights that were set here.
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=one) for one in work]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def record_of(run: MigrationRun) -> BucketRecord:
    found = open_job(run, KEY).read_record()
    assert found is not None
    return found


def facts(record: BucketRecord) -> tuple[object, ...]:
    return record.objects, record.bytes, record.newest, record.digest


def test_processes_copy_a_bucket_together_and_it_is_proved_as_if_one_had(move: SmallMove) -> None:
    run = planned(move, "pieces")
    shards = shard_buckets(run)
    assert [shard["pieces"] for shard in shards] == [{KEY: [number]} for number in range(1, PIECES + 1)]

    assert at_once([lambda shard=shard: copy_shard(run, shard) for shard in shards]) == [0] * PIECES
    proof = prove_bucket(run, KEY)
    whole = planned(move, "whole", whole=True)
    assert copy_bucket(whole, KEY) == "already_equal"

    assert proof.equal
    assert proof.source == {"objects": OBJECTS + SMALL, "bytes": proof.target["bytes"]}  # type: ignore[index]
    assert facts(record_of(run)) == facts(record_of(whole))
    item = run.ledger.item("obs_sync", KEY)
    assert item is not None
    assert (item.action, item.bytes) == ("copied", record_of(run).bytes)
    told = [run.ledger.read(name) for name in run.ledger.list("progress/obs_sync")]
    assert {one["part"] for one in told if "of" in one} == {
        f", piece {number} of {PIECES}" for number in range(1, PIECES + 1)
    }


def test_killed_pieces_go_on_beside_the_others(move: SmallMove) -> None:
    run, real = planned(move, "killed"), BucketPair.copy
    seen: list[str] = []

    def copy_some(pair: BucketPair, entry: Any) -> Any:
        seen.append(entry.key)
        if len(seen) > OBJECTS // PIECES + 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(pair, entry)

    def be_killed(number: int) -> None:
        BucketPair.copy = copy_some  # type: ignore[method-assign]
        copy_piece(run, KEY, number)

    ends = at_once([*(lambda number=number: be_killed(number) for number in (1, 4)),
                    lambda: copy_piece(run, KEY, 2)])  # fmt: skip
    assert ends == [KILLED, KILLED, 0]
    assert run.ledger.item("obs_sync", KEY) is None
    held = listed(move, "target")
    # of a key of the third piece: its upload is the work of another task
    beyond = load_plan(run.ledger).items()[0].details["pieces"][1]["upto"]
    place = {"Bucket": f"{move.name}-target", "Key": f"{beyond}x"}
    upload = client_of(move, "target").create_multipart_upload(**place)["UploadId"]

    assert at_once([lambda number=number: copy_piece(run, KEY, number) for number in (1, 4)]) == [0, 0]
    client_of(move, "target").abort_multipart_upload(**place, UploadId=upload)
    assert at_once([lambda: copy_piece(run, KEY, 3)]) == [0]

    now = listed(move, "target")
    assert held
    assert all(now[key] == version for key, version in held.items())
    assert prove_bucket(run, KEY).source == {"objects": OBJECTS + SMALL, "bytes": record_of(run).bytes}


def test_a_piece_sees_what_the_source_removed_and_the_proof_what_somebody_else_put_there(
    move: SmallMove,
) -> None:
    run = planned(move, "removed")
    pieces = [lambda number=number: copy_piece(run, KEY, number) for number in range(1, PIECES + 1)]
    assert at_once(pieces) == [0] * PIECES
    client_of(move).delete_object(Bucket=move.name, Key="things/001")
    client_of(move).put_object(Bucket=move.name, Key="small/00007", Body=b"changed")

    assert at_once(pieces) == [0] * PIECES
    assert prove_bucket(run, KEY).equal
    assert listed(move, "target").keys() == listed(move, "source").keys()
    client_of(move).delete_object(Bucket=move.name, Key="small/00399")
    assert copy_bucket_delta(run, KEY)["removed"] == 1
    client_of(move, "target").put_object(Bucket=f"{move.name}-target", Key="small/00003+", Body=b"x")
    with pytest.raises(ProofError, match=r"1 objects differ \(small/00003\+\)"):
        prove_bucket(run, KEY)


def test_keys_in_an_order_of_the_store_s_own_keep_a_bucket_in_one_piece(move: SmallMove) -> None:
    client_of(move).put_object(Bucket=move.name, Key="small+", Body=b"lies before small/00000 in S3's order")

    run = planned(move, "order")

    assert "pieces" not in load_plan(run.ledger).items()[0].details
    assert copy_bucket(run, KEY) == "copied"
    assert prove_bucket(run, KEY).equal


def listed(move: SmallMove, side: str) -> dict[str, tuple[str, Any]]:
    bucket = move.name if side == "source" else f"{move.name}-target"
    rows = client_of(move, side).list_objects_v2(Bucket=bucket).get("Contents") or []
    return {row["Key"]: (row["ETag"], row["LastModified"]) for row in rows}
